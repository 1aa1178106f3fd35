// The faults of multipart content. There is no lenient mode.

#pragma once

#include <string_view>

#include "mastic/http/status.h"

namespace mastic::wire::multipart {

/// Why multipart content is refused. What follows the fault cannot be read.
struct Malformed {
  http::Status status;      ///< the status with which a server answers: 400, 413 or 415
  std::string_view reason;  ///< a static text for people, which holds no byte of the content
};

}  // namespace mastic::wire::multipart
