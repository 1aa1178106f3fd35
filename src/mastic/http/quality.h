// Quality values (RFC 9110 §12.4.2), in thousandths.

#pragma once

#include <string_view>

namespace mastic::http {

/// The quality among the parameters after a name, `;q=0.5` and others; 1000 when it has none, 0
/// when it cannot be read.
[[nodiscard]] int find_quality(std::string_view parameters);

}  // namespace mastic::http
