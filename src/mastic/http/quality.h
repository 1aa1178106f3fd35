// Quality values (RFC 9110 §12.4.2), in thousandths.

#pragma once

#include <string_view>

namespace mastic::http {

/// Returns the quality among the parameters after a name, such as `;level=1;q=0.5`, in thousandths:
/// 1000 when there is no `q`, 0 when it cannot be read.
[[nodiscard]] int find_quality(std::string_view parameters);

}  // namespace mastic::http
