// The parameters of Content-Type and Content-Disposition, as clients that send forms write them.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "mastic/base/attributes.h"

namespace mastic::wire::multipart {

/// A parameter, `name=value` or `name="value"`.
struct Parameter {
  std::string_view name;   ///< a token
  std::string_view value;  ///< without its quotes, but with its escapes
};

/// The parameters of a field value.
struct Parameters {
  std::string_view value;  ///< what precedes the first `;`, without spaces at its ends
  std::vector<Parameter> list;

  /// The value of the parameter `name`; nothing if there is none. The case of names is ignored.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const
      MASTIC_LIFETIMEBOUND;
};

/// Whether a semicolon may have no parameter after it.
enum class EmptyParameters : std::uint8_t {
  Skipped,  ///< it may, as in `form-data; boundary=b;` (RFC 9110 §5.6.6)
  Refused,  ///< it may not: the grammar of Content-Disposition has none (RFC 6266 §4.1)
};

/// Splits `field`. The result refers to it. Nothing if the parameters are malformed, if a name
/// occurs twice, or if there are more than 16.
///
/// A quoted value ends at the first quote that no backslash precedes. A backslash means nothing
/// else, because browsers do not escape backslashes: in `filename="C:\new.txt"` it is a backslash.
[[nodiscard]] std::optional<Parameters> parse_parameters(
    std::string_view field MASTIC_LIFETIMEBOUND, EmptyParameters empty);

}  // namespace mastic::wire::multipart
