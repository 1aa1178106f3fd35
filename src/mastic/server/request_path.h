// What is decided of a request before an application sees it, the same in every version of HTTP.

#pragma once

#include <expected>
#include <string_view>

#include "mastic/base/arena.h"
#include "mastic/http/request_head.h"
#include "mastic/http/status.h"

namespace mastic::server {

/// Why a well-formed request can mean nothing to an application: its protocol answers it.
struct MeaninglessRequest {
  http::Status status;
  std::string_view detail;  ///< for the client; a literal
  /// CONNECT: the client takes what follows for a tunnel, so no other request is read on an HTTP/1
  /// connection.
  bool asks_for_tunnel = false;
};

/// The path of a request in its normal form (http/target.h), which applications find their routes
/// by. It stands in `memory` when it had to be written, and in the head when it did not.
///
/// Fails for CONNECT, for a broken escape or an escaped control character, and for a path that
/// leads out of the site.
[[nodiscard]] std::expected<std::string_view, MeaninglessRequest> application_path(
    const http::RequestHead& head, base::Arena& memory);

/// Whether `application_path` is the path of the head as it stands there, as nearly always.
[[nodiscard]] inline bool has_usual_path(const http::RequestHead& head) {
  return head.target.path_is_normal && head.method != http::Method::Connect;
}

}  // namespace mastic::server
