// A request that the server answered itself, without the application.

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "mastic/base/ip_address.h"
#include "mastic/http/status.h"
#include "mastic/http/version.h"

namespace mastic::app {

/// What is known of a rejected request. The views are valid only during the call of the observer.
struct RejectedRequest {
  base::Endpoint client;
  http::Status status = http::Status::BadRequest;
  std::string_view reason;          ///< a static text for people; may be empty
  std::uint64_t content_bytes = 0;  ///< how many bytes of content the answer has
  std::string_view method;          ///< empty, like `target`, when no head could be read
  std::string_view target;
  http::Version version = http::Version::Http11;
};

/// Called for every rejected request, on any loop. It must neither block nor throw.
using RejectionObserver = std::function<void(const RejectedRequest& rejected)>;

}  // namespace mastic::app
