#include "mastic/testing/html/charset.h"

#include <gtest/gtest.h>

#include "mastic/testing/html/document.h"

namespace mastic::testing::html {
namespace {

struct EncodingCase {
  const char* what;
  std::string_view bytes;
  std::string_view content_type;
  std::string_view charset;
  std::string_view title;
};

using namespace std::string_view_literals;

const EncodingCase kEncodings[] = {
    {"nothing said", "<title>J\xc3\xb6rg</title>", "", "UTF-8", "J\xc3\xb6rg"},
    {"nothing said, and not UTF-8", "<title>J\xf6rg</title>", "text/html", "UTF-8",
     "J\xef\xbf\xbdrg"},
    {"given", "<title>J\xf6rg \x80</title>", "text/html; charset=ISO-8859-1", "windows-1252",
     "J\xc3\xb6rg \xe2\x82\xac"},
    {"given in quotes", "<title>J\xf6rg</title>", "text/html;charset=\"latin1\"; x=y",
     "windows-1252", "J\xc3\xb6rg"},
    {"given outdoes meta", "<meta charset=latin1><title>J\xc3\xb6rg</title>",
     "text/html; charset=utf-8", "UTF-8", "J\xc3\xb6rg"},
    {"meta", "<!doctype html><meta charset='iso-8859-1'><title>J\xf6rg</title>", "text/html",
     "windows-1252", "J\xc3\xb6rg"},
    {"meta with http-equiv",
     "<meta content='text/html; charset=cp1252' http-equiv=Content-Type><title>\xf6</title>", "",
     "windows-1252", "\xc3\xb6"},
    {"meta in a comment", "<!-- <meta charset=latin1> --><title>J\xc3\xb6rg</title>", "", "UTF-8",
     "J\xc3\xb6rg"},
    {"meta cannot say UTF-16", "<meta charset=utf-16><title>J\xc3\xb6rg</title>", "", "UTF-8",
     "J\xc3\xb6rg"},
    {"mark outdoes given", "\xef\xbb\xbf<title>J\xc3\xb6rg</title>", "text/html; charset=latin1",
     "UTF-8", "J\xc3\xb6rg"},
    {"UTF-16 with its mark",
     "\xff\xfe<\0t\0i\0t\0l\0e\0>\0\xf6\0=\xd8\0\xde<\0/\0t\0i\0t\0l\0e\0>\0"sv, "", "UTF-16LE",
     "\xc3\xb6\xf0\x9f\x98\x80"},
    {"UTF-16 the other way round", "\xfe\xff\0<\0b\0>\0a"sv, "", "UTF-16BE", ""},
};

TEST(HtmlCharset, IsFoundAsBrowsersDo) {
  for (const EncodingCase& each : kEncodings) {
    SCOPED_TRACE(each.what);
    const Document page(each.bytes, each.content_type);
    EXPECT_EQ(page.charset(), each.charset);
    EXPECT_EQ(page.title(), each.title);
  }
}

TEST(HtmlCharset, NamesWhatIsNotSupported) {
  try {
    (void)Document("<p>x", "text/html; charset=Shift_JIS");
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_NE(std::string_view(error.what()).find("'Shift_JIS'"), std::string_view::npos);
  }
}

TEST(HtmlCharset, WritesWhatAnEncodingLacksAsAReference) {
  EXPECT_EQ(encode("J\xc3\xb6rg \xe2\x82\xac \xe8\x8c\xb6", Charset::Windows1252),
            "J\xf6rg \x80 &#33590;");
  EXPECT_EQ(encode("\xe8\x8c\xb6", Charset::Utf16Le), "\xe8\x8c\xb6");
}

TEST(HtmlCharset, ReadsBackEveryByteOfWindows1252) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    EXPECT_EQ(encode(decode(one, Charset::Windows1252), Charset::Windows1252), one) << byte;
  }
}

}  // namespace
}  // namespace mastic::testing::html
