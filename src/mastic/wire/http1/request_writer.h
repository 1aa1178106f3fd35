// Writes the head of a request, for clients and tests. RFC 9112 §3.

#pragma once

#include <string>
#include <string_view>

#include "mastic/http/fields.h"
#include "mastic/wire/http1/framing.h"

namespace mastic::wire::http1 {

/// Appends request line, fields, framing and empty line to `out`. Requires: `method` is a token,
/// `target` is a request target, and `fields` has neither Content-Length nor Transfer-Encoding.
void append_request_head(std::string& out, std::string_view method, std::string_view target,
                         const http::Fields& fields, const Framing& framing);

}  // namespace mastic::wire::http1
