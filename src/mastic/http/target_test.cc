#include "mastic/http/target.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "mastic/base/encoding.h"

namespace mastic::http {
namespace {

TEST(Target, TakesTheOriginForm) {
  const auto target = Target::parse(Method::Get, "/a/b?x=1?y");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a/b");
  EXPECT_EQ(target->query, "x=1?y");
  EXPECT_TRUE(Target::parse(Method::Get, "/?")->has_query);
  EXPECT_FALSE(Target::parse(Method::Get, "/")->has_query);
}

TEST(Target, TakesTheAbsoluteForm) {
  const auto target = Target::parse(Method::Get, "HTTP://example.com:80/a?b");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->authority, "example.com:80");
  EXPECT_EQ(target->path, "/a");
  EXPECT_EQ(Target::parse(Method::Get, "http://example.com")->path, "/");
  EXPECT_EQ(Target::parse(Method::Get, "http://example.com?x")->query, "x");
  for (const char* text : {"ftp://a/", "http:/a", "http://", "http://user@a/", "http:///a",
                           "http://a:x/", "http://a /"}) {
    EXPECT_FALSE(Target::parse(Method::Get, text)) << text;
  }
}

TEST(Target, TiesFormsToMethods) {
  EXPECT_TRUE(Target::parse(Method::Options, "*"));
  EXPECT_FALSE(Target::parse(Method::Get, "*"));
  EXPECT_TRUE(Target::parse(Method::Connect, "example.com:443"));
  EXPECT_FALSE(Target::parse(Method::Connect, "example.com"));
  EXPECT_FALSE(Target::parse(Method::Connect, "/"));
  EXPECT_FALSE(Target::parse(Method::Get, "example.com:443"));
}

TEST(Target, RefusesCharactersThatNoTargetHas) {
  for (const char* text : {"", "a", "/a b", "/a\t", "/a#b", "/a\x7f", "/\xc3\xa9", "/a\\b", "/<a>",
                           "/\"a\"", "/a?b#c", "/a?b c", "/a?\x01"}) {
    EXPECT_FALSE(Target::parse(Method::Get, text)) << text;
  }
  EXPECT_TRUE(Target::parse(Method::Get, "/a?b={[|^`'\\]}"));
}

std::string normal(std::string_view path) {
  const auto result = normalize_path(path);
  if (result) return result->value_or(std::string(path));
  if (result.error() == PathFault::Outside) return "outside";
  return result.error() == PathFault::ControlEscape ? "control" : "broken escape";
}

bool is_plain_path(Method method, std::string text) {
  text += ' ';
  const char* const end = Target::skip_plain_path(method, text.data());
  return end != text.data() && end == &text.back();
}

TEST(Target, SaysWhatIsNothingButAPath) {
  EXPECT_TRUE(is_plain_path(Method::Get, "/a/b"));
  for (const char* text : {"/a?", "/a.txt", "/%61", "/a#", "/a b", "/a\\b", "*", "", "a:1"}) {
    EXPECT_FALSE(is_plain_path(Method::Get, text)) << text;
  }
  EXPECT_FALSE(is_plain_path(Method::Connect, "/"));
  EXPECT_TRUE(rc::check([] {
    const auto text = "/" + *rc::gen::container<std::string>(rc::gen::inRange(' ', '\x7f'));
    if (!is_plain_path(Method::Get, text)) return;
    const auto target = Target::parse(Method::Get, text);
    RC_ASSERT(target && target->path == text && !target->has_query && target->path_is_normal);
  }));
}

TEST(Path, ResolvesDotSegments) {
  EXPECT_EQ(normal("/"), "/");
  EXPECT_EQ(normal("/a/./b"), "/a/b");
  EXPECT_EQ(normal("/a/../b"), "/b");
  EXPECT_EQ(normal("/a/b/.."), "/a/");
  EXPECT_EQ(normal("/a/."), "/a/");
  EXPECT_EQ(normal("/.hidden/..x/..."), "/.hidden/..x/...");
  EXPECT_EQ(normal("/a//b"), "/a//b");
}

TEST(Path, ResolvesDotSegmentsThatAreEscaped) {
  EXPECT_EQ(normal("/a/%2e%2E/b"), "/b");
  EXPECT_EQ(normal("/a/.%2e"), "/");
  EXPECT_EQ(normal("/a/%252e%252e"), "/a/%252e%252e");
}

TEST(Path, NeverLeavesTheRoot) {
  for (const char* path : {"/..", "/../a", "/a/../../b", "/%2e%2e/a", "/./../", "/a/b/../../.."}) {
    EXPECT_EQ(normal(path), "outside") << path;
  }
}

TEST(Path, KeepsEscapesThatMeanSomething) {
  EXPECT_EQ(normal("/a%2fb%5c%20%c3%a9"), "/a%2Fb%5C%20%C3%A9");
  EXPECT_EQ(normal("/%41%7e"), "/A~");
}

TEST(Path, RefusesBrokenEscapesAndControls) {
  for (const char* path : {"/%", "/%4", "/%zz", "/%0"}) {
    EXPECT_EQ(normal(path), "broken escape") << path;
  }
  for (const char* path : {"/%00", "/a%0d%0a", "/%7f", "/%1F"}) {
    EXPECT_EQ(normal(path), "control") << path;
  }
}

TEST(Path, NormalFormIsStableAndHasNoDotSegments) {
  EXPECT_TRUE(rc::check([] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("/", ".", "..", "a", "%2e", "%2F", "%41", "%", "b"));
    std::string path = "/";
    for (const std::string& piece : pieces) path += piece;
    const auto once = normalize_path(path);
    if (!once) return;
    const std::string first = once->value_or(path);
    const auto again = normalize_path(first);
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->value_or(first) == first);
    RC_ASSERT(first.find("/../") == std::string::npos && !first.ends_with("/.."));
  }));
}

}  // namespace
}  // namespace mastic::http
