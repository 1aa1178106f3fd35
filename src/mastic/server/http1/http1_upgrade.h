// Whether a connection changes its protocol. RFC 9110 §7.8.

#pragma once

#include "mastic/app/response.h"
#include "mastic/server/http1/http1_request.h"

namespace mastic::server {

/// Decides about the upgrade that `response` carries. If the connection may change its protocol,
/// `response` stays 101 and `request` gets the upgrade.
///
/// Otherwise a 101 is replaced by an answer that says why: 426 for a client that did not ask for
/// this protocol (in HTTP/1.1); 400 while content of the request is unread, because the bytes of
/// the new protocol could not be told from that content; 503 while the server drains. For a 426,
/// also one of the application, `request` gets the upgrade too, because that answer names the
/// protocol.
void settle_upgrade(app::Response& response, Http1Request& request, bool is_draining) noexcept;

/// Whether the client may have sent, or be about to send, bytes of the protocol that it asked for,
/// although `status` refuses the upgrade. If so, what follows must not be read as a request. A
/// status below 200 cannot end a request, and is sent as an error.
[[nodiscard]] inline bool may_be_misread(const Http1Request& request, http::Status status,
                                         bool has_more_bytes) {
  return request.head().asks_for_upgrade &&
         (is_error(status) || code(status) < 200 || has_more_bytes);
}

}  // namespace mastic::server
