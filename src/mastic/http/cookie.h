// Cookies (RFC 6265 and its successor): finds those of a request, writes those of a response.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/http/fields.h"

namespace mastic::http {

/// How many cookies of a request are looked at; the rest are ignored.
inline constexpr std::size_t kMaxCookies = 50;

/// Returns the value of the first cookie called `name` in all Cookie fields, without quotes around
/// it: a view into the fields. Names are case-sensitive. Parts that are not NAME=VALUE are ignored.
[[nodiscard]] std::optional<std::string_view> find_cookie(FieldsView fields, std::string_view name);

/// A cookie that a response sets. The defaults are the safe ones: scripts cannot read it, browsers
/// do not send it with requests that other sites cause, and it travels only over TLS. Browsers
/// treat `http://localhost` like TLS; a site that is served without TLS has to set `secure` to
/// false.
struct SetCookie {
  /// With which requests that other sites cause a browser sends the cookie: none, links that people
  /// follow, or all.
  enum class SameSite : std::uint8_t { Strict, Lax, None };

  std::string name;        ///< a token; the rules of the prefixes `__Host-` and `__Secure-` apply
  std::string value = {};  ///< visible ASCII without quotes, commas, semicolons, backslashes
  /// How long the browser keeps it: without a time until it ends, and with 0 no longer.
  std::optional<std::chrono::seconds> max_age = {};
  /// The path that a request has to begin with to get the cookie.
  std::string path = "/";
  std::string domain = {};  ///< empty: only the host that set it, without its subdomains
  /// Whether requests that other sites cause have it.
  SameSite same_site = SameSite::Lax;
  /// Whether it travels over TLS only.
  bool secure = true;
  /// Whether scripts of the page cannot read it.
  bool http_only = true;

  /// Returns the value of a Set-Cookie field. Throws std::invalid_argument with the reason when
  /// browsers would reject the cookie or read it as something else.
  [[nodiscard]] std::string to_string() const;
};

}  // namespace mastic::http
