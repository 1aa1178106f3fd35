// Whether a connection changes its protocol. RFC 9110 §7.8.

#pragma once

#include "mastic/app/response.h"
#include "mastic/server/http1/http1_request.h"

namespace mastic::server {

/// Decides about the upgrade that `response` carries. When the connection is to
/// change its protocol, `response` stays 101 and `request` has the upgrade.
///
/// When it is not to, a 101 becomes the answer that says why: 426 for a client that did not ask for
/// this protocol (in HTTP/1.1), 400 while content of the request is unread, for the new protocol
/// could not be told from it, and 503 while the server drains. `request` keeps the upgrade of a
/// 426, whose answer names the protocol, and of no other.
void settle_upgrade(app::Response& response, Http1Request& request, bool is_draining) noexcept;

/// Whether the client may have sent, or be about to send, bytes of the protocol that it asked for
/// although `status` refuses it: then what follows must not be read as a request. A status below 200
/// is none of an answer, and is sent as an error.
[[nodiscard]] inline bool may_be_misread(const Http1Request& request, http::Status status,
                                         bool has_more_bytes) {
  return request.head().asks_for_upgrade &&
         (is_error(status) || code(status) < 200 || has_more_bytes);
}

}  // namespace mastic::server
