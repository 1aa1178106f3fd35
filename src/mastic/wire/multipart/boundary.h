// The boundary between the parts of multipart content, from the field Content-Type.

#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "mastic/wire/content_fault.h"

namespace mastic::wire::multipart {

/// Returns the boundary that a Content-Type names: `multipart/form-data; boundary=x`. Fails with
/// 415 if the content has another type, and with 400 if the boundary is missing or repeated, or is
/// not 1 to 70 of the characters that RFC 2046 §5.1.1 allows.
[[nodiscard]] std::expected<std::string, ContentFault> find_boundary(std::string_view content_type);

}  // namespace mastic::wire::multipart
