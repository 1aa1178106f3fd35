#include "mastic/http/media_type.h"

#include <gtest/gtest.h>

namespace mastic::http {
namespace {

TEST(MediaType, GoesByTheEnding) {
  EXPECT_EQ(media_type_of("index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(media_type_of("a/b.c/LOGO.PNG"), "image/png");
  EXPECT_EQ(media_type_of("app.tar.gz"), "application/gzip");
  EXPECT_EQ(media_type_of("page.xhtml"), "application/xhtml+xml");
}

TEST(MediaType, OfUnknownIsBytes) {
  for (const char* name : {"x", "x.", ".hidden", "x.unknownending", "x.exe", "dir.html/x"}) {
    EXPECT_EQ(media_type_of(name), "application/octet-stream") << name;
  }
}

TEST(MediaType, KnowsUsualTextsWithoutEnding) {
  EXPECT_EQ(media_type_of("LICENSE"), "text/plain; charset=utf-8");
}

}  // namespace
}  // namespace mastic::http
