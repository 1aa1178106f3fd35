#include "mastic/base/encoding.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace mastic::base {
namespace {

TEST(Percent, DecodesOnceAndOnlyWhatIsAnEscape) {
  EXPECT_EQ(percent_decode("a%2Fb%20c"), "a/b c");
  EXPECT_EQ(percent_decode("%2541"), "%41");
  EXPECT_EQ(percent_decode("100%"), "100%");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
}

TEST(Percent, RecognizesMalformedEscapes) {
  EXPECT_TRUE(has_valid_escapes("a%20%C3%a9"));
  for (const char* text : {"%", "%2", "%zz", "a%2", "%2%20", "%%20"}) {
    EXPECT_FALSE(has_valid_escapes(text)) << text;
  }
}

TEST(Percent, EncodesEveryByteThatIsNotKept) {
  std::string out = "/";
  append_percent_encoded(out, std::string_view("a/\0\x7f\xff", 5), [](char c) { return c == '/'; });
  EXPECT_EQ(out, "/%61/%00%7F%FF");
  EXPECT_EQ(percent_encode_segment("aZ09-._~ !/%\xc3"), "aZ09-._~%20%21%2F%25%C3");
}

TEST(Percent, DecodesWhatItEncoded) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    RC_ASSERT(percent_decode(percent_encode_segment(text)) == text);
    RC_ASSERT(percent_encode_segment(text).find('/') == std::string::npos);
  }));
}

TEST(Html, LeavesNothingThatBeginsMarkup) {
  EXPECT_EQ(html_escape("<a href=\"x\">'&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

TEST(Html, ShowsUntrustedTextWithoutObeyingIt) {
  EXPECT_EQ(html_text("<b> caf\u00e9 \u05e9\u05dc\t\n"), "&lt;b&gt; caf\u00e9 \u05e9\u05dc\t\n");
  EXPECT_EQ(html_text("a\u202eb\u2069c\u200fd\u061ce\u2028f"),
            "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf");
  EXPECT_EQ(html_text("a\x1b[0m\xc2\x9b\xff"), "a\ufffd[0m\ufffd\ufffd");
  for (const char* near : {"\u200d", "\u2010", "\u2027", "\u202f", "\u2065", "\u206a", "\u061b"}) {
    EXPECT_EQ(html_text(near), near);
  }
}

TEST(Json, EscapesCharactersThatAreObeyedRatherThanShown) {
  std::string out;
  append_json_escaped(out, "a\u202eb\u2066\u200e\u061c\u2029\xc2\x9b");
  EXPECT_EQ(out, R"(a\u202eb\u2066\u200e\u061c\u2029\u009b)");
}

TEST(LogText, EscapesCharactersThatChangeTheDirectionOfALine) {
  std::string out;
  append_log_text_escaped(out, "invoice\u202efdp.exe caf\u00e9", 100);
  EXPECT_EQ(out, "invoice\\xE2\\x80\\xAEfdp.exe caf\u00e9");
}

TEST(Json, EscapesControlsQuotesAndInvalidUtf8) {
  std::string out;
  append_json_escaped(out, std::string("\"\\\n\x1b\x80") + "\xC3\xA9" + std::string(1, '\0'));
  EXPECT_EQ(out, "\\\"\\\\\\u000a\\u001b\\ufffd\xC3\xA9\\u0000");
}

TEST(Json, EscapesEveryByteAtEveryPosition) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    std::string escaped(1, c);
    if (c == '"' || c == '\\') escaped = std::string("\\") + c;
    if (byte < 0x20 || byte == 0x7f) {
      escaped = "\\u00";
      for (const int digit : {byte >> 4, byte & 15}) escaped += "0123456789abcdef"[digit];
    }
    if (byte >= 0x80) escaped = "\\ufffd";
    for (std::size_t size = 1; size <= 20; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, 'x');
        text[at] = c;
        std::string out = "before";
        append_json_string(out, text);
        const std::string expected =
            std::string(at, 'x') + escaped + std::string(size - at - 1, 'x');
        ASSERT_EQ(out, "before\"" + expected + "\"") << byte;
      }
    }
  }
}

TEST(Json, LeavesUtf8AsItIs) {
  std::string out;
  append_json_escaped(out, "caf\xC3\xA9 \xE2\x82\xAC 12345678 \xF0\x9F\x8D\xB5\xF0\x9F");
  EXPECT_EQ(out, "caf\xC3\xA9 \xE2\x82\xAC 12345678 \xF0\x9F\x8D\xB5\\ufffd\\ufffd");
}

TEST(LogField, CannotEndALineOrAQuotation) {
  std::string out;
  append_log_escaped(out, "a\"b\\c\r\nd\x1b[0m\xff", 100);
  EXPECT_EQ(out, "a\\x22b\\x5Cc\\x0D\\x0Ad\\x1B[0m\\xFF");
}

TEST(LogField, IsTruncatedAndMarked) {
  std::string out;
  append_log_escaped(out, "abcdef", 3);
  EXPECT_EQ(out, "abc...");
}

TEST(Utf8, RefusesOverlongSurrogatesAndTooLarge) {
  EXPECT_EQ(utf8_character_size("\xC3\xA9x"), 2u);
  EXPECT_EQ(utf8_character_size("\xF0\x9F\x98\x80"), 4u);
  for (const char* text : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80",
                           "\xC3", "\xF8\x88\x80\x80\x80"}) {
    EXPECT_EQ(utf8_character_size(text), 0u);
  }
}

}  // namespace
}  // namespace mastic::base
