// Cookies (RFC 6265 and its successor): finding them in a request and writing them to a response.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/http/fields.h"

namespace mastic::http {

/// The maximum number of cookies in a request that find_cookie looks at; it ignores the rest.
inline constexpr std::size_t kMaxCookies = 50;

/// Returns the value of the first cookie called `name` in all Cookie fields, without quotes around
/// it, as a view into the fields. Returns std::nullopt if no cookie has this name. Names are
/// case-sensitive. Parts that are not NAME=VALUE are ignored.
[[nodiscard]] std::optional<std::string_view> find_cookie(FieldsView fields, std::string_view name);

/// A cookie that a response sets. The defaults are the safe ones: scripts cannot read the cookie,
/// browsers send it with requests that other sites cause only when people follow a link, and it
/// travels only over TLS. Browsers treat `http://localhost` like TLS; a site that is served without
/// TLS has to set `secure` to false.
struct SetCookie {
  /// Which of the requests that other sites cause carry the cookie: none of them, only links that
  /// people follow, or all of them.
  enum class SameSite : std::uint8_t { Strict, Lax, None };

  std::string name;        ///< a token; the rules of the prefixes `__Host-` and `__Secure-` apply
  std::string value = {};  ///< visible ASCII without quotes, commas, semicolons, backslashes
  /// How long the browser keeps the cookie. Without a value, until the browser ends. With 0, the
  /// browser deletes the cookie.
  std::optional<std::chrono::seconds> max_age = {};
  /// Only requests whose path begins with this path carry the cookie.
  std::string path = "/";
  std::string domain = {};  ///< empty: only the host that set the cookie, without its subdomains
  /// Which of the requests that other sites cause carry the cookie.
  SameSite same_site = SameSite::Lax;
  /// Whether the cookie travels only over TLS.
  bool secure = true;
  /// Whether the cookie is hidden from the scripts of a page.
  bool http_only = true;

  /// Returns the value of a Set-Cookie field. Throws std::invalid_argument with the reason if
  /// browsers would reject the cookie or read it as something else.
  [[nodiscard]] std::string to_string() const;
};

}  // namespace mastic::http
