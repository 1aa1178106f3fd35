// The request that is sent again and again, and the first answer to it.

#pragma once

#include <string>
#include <vector>

#include "mastic/base/result.h"
#include "mastic/base/units.h"
#include "mastic/http/method.h"

#include "apps/mastic/load/answer.h"
#include "apps/mastic/load/socket.h"
#include "apps/mastic/load/target.h"

namespace mastic::load {

/// A request as a person describes it.
struct RequestParts {
  std::string method;                ///< empty for GET, or POST with content
  std::vector<std::string> headers;  ///< "Name: value"
  std::string content;
};

/// The bytes of a request.
struct Request {
  std::string bytes;
  http::Method method = http::Method::Get;  ///< decides whether an answer has content
};

/// Writes a request. Fails with a message that names the part that cannot be sent.
[[nodiscard]] base::Result<Request> make_request(const Target& target, const RequestParts& parts);

/// What one request has shown of a server.
struct FirstAnswer {
  SocketAddress server;  ///< the address that has answered
  ExpectedAnswer answer;
};

/// Sends one request, to the first of `servers` that accepts a connection, and returns the answer.
/// Fails when there is no well-formed, complete answer within `timeout`.
[[nodiscard]] base::Result<FirstAnswer> ask_once(const std::vector<SocketAddress>& servers,
                                                 const Request& request, base::Duration timeout);

}  // namespace mastic::load
