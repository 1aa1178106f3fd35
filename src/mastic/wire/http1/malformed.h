// A message that is not HTTP/1 as the RFCs have it, or too large. There is no lenient reading.

#pragma once

#include <string_view>

#include "mastic/http/status.h"

namespace mastic::wire::http1 {

/// After it, the connection never carries another message.
struct Malformed {
  http::Status status;      ///< what a server answers before it closes
  std::string_view reason;  ///< a static text for people, with nothing of the message in it
};

}  // namespace mastic::wire::http1
