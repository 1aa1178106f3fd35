// Checks the path of a request before an application sees it, in the same way for every version of
// HTTP.

#pragma once

#include <expected>
#include <string_view>

#include "mastic/base/arena.h"
#include "mastic/http/request_head.h"
#include "mastic/http/status.h"

namespace mastic::server {

/// Why a well-formed request has no meaning for an application. The server itself answers such a
/// request.
struct MeaninglessRequest {
  http::Status status;
  std::string_view detail;  ///< a literal for the client
  /// For CONNECT: the client regards what follows as a tunnel, so no other request may be read on
  /// an HTTP/1 connection.
  bool asks_for_tunnel = false;
};

/// The path of a request in its normal form (http/target.h), by which applications find their
/// routes. The view points into the head if the path was normal, and otherwise into `memory`.
/// Throws std::bad_alloc.
///
/// Fails for CONNECT, for a broken escape or an escaped control character, and for a path that
/// leads above the root.
[[nodiscard]] std::expected<std::string_view, MeaninglessRequest> application_path(
    const http::RequestHead& head, base::Arena& memory);

/// Whether `application_path` would return the path of the head unchanged, which is nearly always
/// so.
[[nodiscard]] inline bool has_usual_path(const http::RequestHead& head) {
  return head.target.path_is_normal && head.method != http::Method::Connect;
}

}  // namespace mastic::server
