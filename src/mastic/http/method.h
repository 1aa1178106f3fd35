// Request methods (RFC 9110 §9).

#pragma once

#include <cstdint>
#include <string_view>

namespace mastic::http {

/// The methods that Mastic knows. Every other well-formed method is `Other`; a request also has the
/// text of its method.
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

/// Returns the method with this name. Methods are case-sensitive: "get" is `Other`.
[[nodiscard]] Method parse_method(std::string_view text);
/// Returns the name of a method: "GET"; "OTHER" for Other.
[[nodiscard]] std::string_view to_string(Method method);

/// Whether the method only reads and changes nothing (RFC 9110 §9.2.1).
[[nodiscard]] constexpr bool is_safe(Method method) {
  return method == Method::Get || method == Method::Head || method == Method::Options ||
         method == Method::Trace;
}

}  // namespace mastic::http
