#include "mastic/http/media_type.h"

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <utility>

#include "mastic/base/text.h"
#include "mastic/http/media_type_table.h"

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

TEST(MediaType, KnowsWhatSitesOfTodayAreMadeOf) {
  for (const auto& [name, type] : std::initializer_list<std::pair<const char*, const char*>>{
           {"a.m3u8", "application/vnd.apple.mpegurl"},
           {"a.mpd", "application/dash+xml"},
           {"a.m4s", "video/iso.segment"},
           {"a.ts", "video/mp2t"},
           {"a.mpg", "video/mpeg"},
           {"a.m4v", "video/mp4"},
           {"a.3gp", "video/3gpp"},
           {"a.glb", "model/gltf-binary"},
           {"a.gltf", "model/gltf+json"},
           {"a.svgz", "image/svg+xml"},
           {"a.eot", "application/vnd.ms-fontobject"},
           {"a.ttc", "font/collection"},
           {"a.cjs", "text/javascript; charset=utf-8"},
           {"a.heic", "image/heic"},
           {"a.jsonld", "application/ld+json"},
           {"a.tsv", "text/tab-separated-values; charset=utf-8"},
           {"a.apk", "application/vnd.android.package-archive"},
           {"a.jar", "application/java-archive"},
           {"a.webmanifest", "application/manifest+json"},
           {"a.map", "application/json"},
           {"a.opus", "audio/ogg"},
           {"a.avif", "image/avif"}}) {
    EXPECT_EQ(media_type_of(name), type) << name;
  }
}

TEST(MediaType, ShowsWhatPeopleReadAsText) {
  for (const char* name : {"a.conf",   "a.diff", "a.patch",    "a.go",       "a.java",
                           "a.hpp",    "a.srt",  "a.markdown", "a.md",       "a.rs",
                           "a.py",     "a.c",    "a.h",        "a.cc",       "a.log",
                           "a.ini",    "a.toml", "a.yaml",     "a.sh",       "Dockerfile",
                           "Makefile", "README", "copyright",  "sub/go.mod", "changelog.Debian"}) {
    EXPECT_EQ(media_type_of(name), "text/plain; charset=utf-8") << name;
  }
  EXPECT_EQ(media_type_of("install"), "application/octet-stream") << "a program";
  EXPECT_EQ(media_type_of("my README"), "application/octet-stream");
  EXPECT_EQ(media_type_of("x.html htm"), "application/octet-stream");
}

TEST(MediaType, EveryLineOfTheTableIsATypeAndNoEndingStandsTwice) {
  std::set<std::string, std::less<>> known;
  for (const auto& [type, endings] : kMediaTypes) {
    EXPECT_TRUE(is_media_type(type)) << type;
    const bool is_text = type.starts_with("text/");
    EXPECT_EQ(is_text, type.ends_with("; charset=utf-8")) << type;
    for (std::string_view rest = endings; !rest.empty();) {
      const std::string_view ending = base::take_until(rest, ' ');
      EXPECT_TRUE(known.emplace(ending).second) << ending;
      EXPECT_EQ(media_type_of("A." + std::string(ending)), type) << ending;
    }
  }
}

TEST(MediaTypes, TakesWhatIsAddedFirst) {
  MediaTypes types;
  EXPECT_EQ(types.of("a.m4s"), "video/iso.segment");
  ASSERT_TRUE(types.add(".m4s=video/mp4"));
  ASSERT_TRUE(types.add("Buildfile=text/plain; charset=utf-8"));
  ASSERT_TRUE(types.add(".user.js=text/plain"));
  ASSERT_TRUE(types.add(".m4s=application/x-mine"));
  EXPECT_EQ(types.of("sub/A.M4S"), "application/x-mine") << "the last of an ending counts";
  EXPECT_EQ(types.of("sub/Buildfile"), "text/plain; charset=utf-8");
  EXPECT_EQ(types.of("sub/MyBuildfile"), "application/octet-stream");
  EXPECT_EQ(types.of("a.user.js"), "text/plain");
  EXPECT_EQ(types.of("a.js"), "text/javascript; charset=utf-8");
}

TEST(MediaTypes, RefusesWhatIsNoRule) {
  for (const char* rule :
       {"", ".m4s", "=text/plain", ".=text/plain", "a/b=text/plain", ".m4s=", ".m4s=text",
        ".m4s=/plain", ".m4s=text/", ".m4s=te xt/plain", ".m4s=text/plain; a=\r\nX: y"}) {
    EXPECT_FALSE(MediaTypes().add(rule)) << rule;
  }
  EXPECT_EQ(MediaTypes().add(".m4s=video").error().message,
            "'video' is not a media type such as text/plain");
  EXPECT_EQ(MediaTypes().add("m4s").error().message,
            "'m4s' is not written like .m4s=video/mp4 or Buildfile=text/plain");
}

}  // namespace
}  // namespace mastic::http
