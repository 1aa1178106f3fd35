// The rules that an answer keeps, as Lint checks them: HTTP's own, and those of app::Response.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/request.h"
#include "mastic/app/response.h"

namespace mastic::middleware {

/// One way in which an application breaks HTTP or the contract of applications.
struct Fault {
  std::string what;         ///< "Content-Length is 12, and the content has 15 bytes"
  std::string_view source;  ///< "RFC 9110 §8.6", or a header with the sentence; a literal
};

/// The faults of `response`, an answer to `request`, as far as its head shows them: content that is
/// produced is not pulled. Empty when the answer keeps all rules.
[[nodiscard]] std::vector<Fault> faults_of(const app::Request& request,
                                           const app::Response& response);

}  // namespace mastic::middleware
