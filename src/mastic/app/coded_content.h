// Content of requests that is compressed, for code that reads content as it is.

#pragma once

#include "mastic/app/request.h"

namespace mastic::app {

/// Throws HttpError 415 if the content of `request` has a content coding, such as gzip. The answer
/// says in Accept-Encoding that only content without a coding is taken here (RFC 9110 §15.5.16).
/// Where middleware decodes content (middleware::DecompressRequests), the request that arrives here
/// has no coding.
void refuse_coded_content(const Request& request);

}  // namespace mastic::app
