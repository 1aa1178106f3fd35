// Cookies (RFC 6265 and its successor): those of a request are found, those of a response written.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/http/fields.h"

namespace mastic::http {

/// How many cookies of a request are looked at; those after them are passed over.
inline constexpr std::size_t kMaxCookies = 50;

/// The value of the first cookie `name` in all Cookie fields, without the quotes around it; a view
/// into them. Names are told apart by case. A pair that is none is passed over.
[[nodiscard]] std::optional<std::string_view> find_cookie(FieldsView fields, std::string_view name);

/// A cookie as a response sets it. The defaults are the safe ones: scripts do not see it, other
/// sites do not have it sent along, and it travels over TLS only. Browsers take `http://localhost`
/// for safe as well; a site that is served without TLS sets `secure` to false.
struct SetCookie {
  enum class SameSite : std::uint8_t { Strict, Lax, None };

  std::string name;        ///< a token; `__Host-` and `__Secure-` at its start are held to
  std::string value = {};  ///< visible ASCII without quotes, commas, semicolons, backslashes
  std::optional<std::chrono::seconds> max_age =
      {};  ///< without: until the browser ends; 0: removed
  std::string path = "/";
  std::string domain = {};  ///< empty: the host that set it, and not those below it
  SameSite same_site = SameSite::Lax;
  bool secure = true;
  bool http_only = true;

  /// The value of a Set-Cookie field. Throws std::invalid_argument, with the reason, for what
  /// browsers would not take or would read as something else.
  [[nodiscard]] std::string to_string() const;
};

}  // namespace mastic::http
