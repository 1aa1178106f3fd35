#include "mastic/http/syntax.h"

#include <gtest/gtest.h>

#include <string>

namespace mastic::http {
namespace {

bool may_stand_in_value(int byte) { return (byte >= 0x20 && byte != 0x7f) || byte == '\t'; }

TEST(Syntax, FindsTheEndOfAValueWhateverItsLength) {
  for (std::size_t size = 0; size <= 40; ++size) {
    const std::string good(size, 'x');
    EXPECT_TRUE(is_field_value(good)) << size;
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text = good;
        text[place] = static_cast<char>(byte);
        if (place + 3 < size) text[place + 3] = '\0';  // only the first one counts
        const std::size_t expected =
            !may_stand_in_value(byte) ? place : (place + 3 < size ? place + 3 : size);
        const char* const end = find_value_end(text.data(), text.data() + size);
        ASSERT_EQ(static_cast<std::size_t>(end - text.data()), expected)
            << "byte " << byte << " at " << place << " of " << size;
      }
    }
  }
}

TEST(Syntax, KnowsWhatTokensAreMadeOf) {
  EXPECT_TRUE(is_token("GET"));
  EXPECT_TRUE(is_token("!#$%&'*+-.^_`|~09azAZ"));
  for (const char* text : {"", "a b", "a:", "a,b", "(a)", "a/b", "\xe4", "a@b", "[a]", "{a}"}) {
    EXPECT_FALSE(is_token(text)) << text;
  }
}

TEST(Syntax, PathsThatCouldMeanSomethingElseAreNotPlain) {
  EXPECT_TRUE(are_all(Characters::PlainPath, "/a-b_c/~d/e,f;g=h"));
  for (const char* text : {"/a?b", "/a.b", "/%41", "/a\\b", "/a b", "/a#b", "/\x7f"}) {
    EXPECT_FALSE(are_all(Characters::PlainPath, text)) << text;
  }
}

}  // namespace
}  // namespace mastic::http
