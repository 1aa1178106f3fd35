// Request methods (RFC 9110 §9).

#pragma once

#include <cstdint>
#include <string_view>

namespace mastic::http {

/// The methods that Mastic knows; every other well-formed one is `Other`, and its text is at hand
/// where a request is.
enum class Method : std::uint8_t {
  Get,
  Head,
  Post,
  Put,
  Delete,
  Connect,
  Options,
  Trace,
  Patch,
  Other
};

/// Methods are case-sensitive: "get" is `Other`.
[[nodiscard]] Method parse_method(std::string_view text);
/// "GET"; "OTHER" for Other.
[[nodiscard]] std::string_view to_string(Method method);

/// Reads and changes nothing (RFC 9110 §9.2.1).
[[nodiscard]] constexpr bool is_safe(Method method) {
  return method == Method::Get || method == Method::Head || method == Method::Options ||
         method == Method::Trace;
}

}  // namespace mastic::http
