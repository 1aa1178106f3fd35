#include "mastic/http/cookie.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace mastic::http {
namespace {

using namespace std::chrono_literals;
using SameSite = SetCookie::SameSite;

std::string found(std::string_view field, std::string_view name) {
  Fields fields;
  fields.add("Cookie", field);
  return std::string(find_cookie(fields.view(), name).value_or("(none)"));
}

TEST(FindCookie, FindsAPairAmongOthers) {
  EXPECT_EQ(found("a=1; theme=dark; b=2", "theme"), "dark");
  EXPECT_EQ(found("theme=dark", "theme"), "dark");
  EXPECT_EQ(found("a=1;theme=dark", "theme"), "dark");
  EXPECT_EQ(found("a=1;  theme = \"dark\" ; b=2", "theme"), "dark");
  EXPECT_EQ(found("theme=", "theme"), "");
  EXPECT_EQ(found("token=a=b==", "token"), "a=b==");
}

TEST(FindCookie, FindsNothingElse) {
  EXPECT_EQ(found("", "theme"), "(none)");
  EXPECT_EQ(found("Theme=dark; xtheme=1; theme2=2", "theme"), "(none)");
  EXPECT_EQ(found("theme; =theme; ;;", "theme"), "(none)");
  EXPECT_EQ(found("__host-id=1; =__Host-id=2", "__Host-id"), "(none)");
}

TEST(FindCookie, TheFirstOfANameCounts) { EXPECT_EQ(found("a=1; a=2", "a"), "1"); }

TEST(FindCookie, LooksIntoEveryCookieField) {
  Fields fields;
  fields.add("Cookie", "a=1");
  fields.add("X-Cookie", "b=no");
  fields.add("Cookie", "b=2");
  EXPECT_EQ(find_cookie(fields.view(), "b"), "2");
}

TEST(FindCookie, LooksAtFiftyOfThem) {
  std::string many;
  for (std::size_t i = 0; i < kMaxCookies - 1; ++i) many += "c" + std::to_string(i) + "=; ";
  EXPECT_EQ(found(many + "last=1", "last"), "1");
  EXPECT_EQ(found(many + "one=more; last=1", "last"), "(none)");
}

TEST(SetCookie, HasSafeDefaults) {
  EXPECT_EQ((SetCookie{.name = "id", .value = "42"}).to_string(),
            "id=42; Path=/; SameSite=Lax; Secure; HttpOnly");
}

TEST(SetCookie, SaysWhatItIsTold) {
  const SetCookie cookie{.name = "theme",
                         .value = "dark",
                         .max_age = 24h,
                         .path = "/app",
                         .domain = "example.com",
                         .same_site = SameSite::Strict,
                         .secure = false,
                         .http_only = false};
  EXPECT_EQ(cookie.to_string(),
            "theme=dark; Path=/app; Domain=example.com; Max-Age=86400; SameSite=Strict");
}

TEST(SetCookie, RefusesWhatBrowsersWouldReadAsSomethingElse) {
  const SetCookie refused[] = {
      {.name = ""},
      {.name = "a b"},
      {.name = "a", .value = "b; Domain=evil.example"},
      {.name = "a", .value = "b\r\nX: y"},
      {.name = "a", .value = "J\xc3\xb6rg"},
      {.name = "a", .path = "/; Domain=evil.example"},
      {.name = "a", .path = "here"},
      {.name = "a", .domain = "x; Path=/y"},
      {.name = "a", .same_site = SameSite::None, .secure = false},
      {.name = "__Host-a", .path = "/app"},
      {.name = "__Host-a", .domain = "example.com"},
      {.name = "__Secure-a", .secure = false},
      {.name = "__host-a", .secure = false},
      {.name = "a", .value = std::string(4096, 'x')},
  };
  for (const SetCookie& cookie : refused) {
    EXPECT_THROW((void)cookie.to_string(), std::invalid_argument) << cookie.name << cookie.value;
  }
}

TEST(SetCookie, NamesTheCookieAndTheRemedy) {
  try {
    (void)SetCookie{.name = "greeting", .value = "hello, world"}.to_string();
    FAIL() << "it was taken";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "cookie 'greeting': its value has a character that cookies cannot hold; "
                 "encode it with percent_encode_segment");
  }
}

}  // namespace
}  // namespace mastic::http
