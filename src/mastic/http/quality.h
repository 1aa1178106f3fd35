// Quality values (RFC 9110 §12.4.2), in thousandths.

#pragma once

#include <string_view>

namespace mastic::http {

/// Finds the parameter `q` among parameters such as `;level=1;q=0.5` and returns its value in
/// thousandths. Returns 1000 if there is no `q`, and 0 if `q` cannot be read.
[[nodiscard]] int find_quality(std::string_view parameters);

}  // namespace mastic::http
