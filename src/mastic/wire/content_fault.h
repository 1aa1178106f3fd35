// Why the content of a request is refused, by parsers of content: forms, content codings.

#pragma once

#include <string_view>

#include "mastic/http/status.h"

namespace mastic::wire {

/// Why content is refused. What follows the fault cannot be read. Where the message ends is known
/// all the same, so its connection can carry another one.
struct ContentFault {
  http::Status status;      ///< the status with which a server answers: 400, 413 or 415
  std::string_view reason;  ///< a static text for people, which holds no byte of the content
};

}  // namespace mastic::wire
