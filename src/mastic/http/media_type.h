// Media types of files, by the ending of their names.

#pragma once

#include <string_view>

namespace mastic::http {

/// As a Content-Type wants it, charset included for text: "text/html; charset=utf-8". An unknown
/// ending is "application/octet-stream". Without regard to case.
[[nodiscard]] std::string_view media_type_of(std::string_view file_name);

}  // namespace mastic::http
