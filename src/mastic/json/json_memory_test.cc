// How much memory a document takes: these tests count what parsing allocates.

#include <gtest/gtest.h>

#include <string>

#include "mastic/base/allocations_testing.h"
#include "mastic/json/json_document.h"

namespace mastic::json {
namespace {

/// Everything that parsing allocates, whether or not it is freed meanwhile: an upper bound of what
/// it holds at any time.
std::size_t bytes_for(std::string_view text) {
  const std::size_t before = base::allocations_so_far().bytes;
  EXPECT_TRUE(JsonDocument::parse(text)) << text.substr(0, 40);
  return base::allocations_so_far().bytes - before;
}

std::string array_of(std::string_view element, std::size_t count) {
  std::string text = "[" + std::string(element);
  while (--count > 0) text.append(",").append(element);
  return text + "]";
}

/// Objects whose members have the shortest possible names.
std::string object_of(std::size_t count) {
  std::string text = "{";
  for (std::size_t i = 0; i < count; ++i) {
    std::string name;
    for (std::size_t rest = i; rest > 0; rest /= 26) name += static_cast<char>('a' + rest % 26);
    text.append(i == 0 ? "\"" : ",\"").append(name).append("\":0");
  }
  return text + "}";
}

struct JsonMemory : testing::Test {
  void SetUp() override {
    if (!base::counts_allocations()) GTEST_SKIP();
  }
};

constexpr std::size_t kSlack = 8 << 10;

TEST_F(JsonMemory, IsBoundedByTheLengthOfTheTextWhateverItContains) {
  const std::string elements[] = {"0",
                                  "null",
                                  "1.5",
                                  "[]",
                                  "{}",
                                  "\"\"",
                                  "\"a\"",
                                  "\"\\n\"",
                                  "\"abcdefgh\"",
                                  "{\"\":0}",
                                  "{\"a\":{\"b\":[0]}}",
                                  "\"" + std::string(2040, 'x') + "\"",
                                  std::string(31, '[') + std::string(31, ']'),
                                  object_of(27),
                                  object_of(100)};
  for (const std::string& element : elements) {
    for (const std::size_t count : {1u, 10u, 100u}) {
      const std::string text = array_of(element, count);
      EXPECT_LE(bytes_for(text), 16 * text.size() + kSlack)
          << count << " of " << element.substr(0, 40);
    }
  }
}

TEST_F(JsonMemory, IsBoundedForLargeObjectsAndTexts) {
  for (const std::size_t members : {2u, 28u, 703u, 3000u}) {
    const std::string text = object_of(members);
    EXPECT_LE(bytes_for(text), 16 * text.size() + kSlack) << members;
  }
  const std::string long_text =
      "\"" + std::string(20'000, 'x') + "\\n" + std::string(20'000, 'y') + "\"";
  EXPECT_LE(bytes_for(long_text), 16 * long_text.size() + kSlack);
}

}  // namespace
}  // namespace mastic::json
