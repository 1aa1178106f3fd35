// The media type of the content of a request, for code that reads the content by its type.

#pragma once

#include <string_view>

#include "mastic/app/request.h"
#include "mastic/base/attributes.h"

namespace mastic::app {

/// The field Content-Type of `request`, or an empty text. Throws HttpError 400 if there is
/// more than one: the field is a single value (RFC 9110 §8.3), and a filter in front of this server
/// may have looked at the other one. Valid as long as the fields of the request.
[[nodiscard]] std::string_view content_type(const Request& request MASTIC_LIFETIMEBOUND);

/// Its media type without parameters and spaces: "application/json" for
/// "application/json; charset=utf-8". The case is as it was sent. Throws what `content_type` throws.
[[nodiscard]] std::string_view media_type(const Request& request MASTIC_LIFETIMEBOUND);

}  // namespace mastic::app
