// The beginning of a WebSocket, as a route answers it: which requests are refused and why, and the
// answer 101. RFC 6455 §4.2.
//
//     request ──► middleware of routers ──► refuse_handshake ──► middleware of the route
//                                                                        │
//     101 ◄── accept_handshake ◄── handler: takes its arguments ◄────────┘
//
// The check of the request stands inside the middleware of routers and mounts, so that their log
// has what was refused, and outside the middleware of the route, so that none of that and no handler
// runs for a page of another site.

#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "mastic/app/request.h"
#include "mastic/app/response.h"
#include "mastic/async/blocking_history.h"
#include "mastic/base/log_pace.h"
#include "mastic/websocket/open.h"
#include "mastic/websocket/options.h"

namespace mastic::websocket {

/// What is set for one route of WebSockets. It is filled before the first request, and lives as long
/// as the application.
class RouteSettings {
 public:
  /// The subprotocols that the route speaks, the preferred one first.
  std::vector<std::string> protocols;
  /// Changes the options of the server for this route; may be empty.
  std::function<void(Options&)> change;
  /// Whether the handlers of the route block.
  mutable async::BlockingHistory history;
  /// How often a refused origin is a warning in the log.
  mutable base::LogPace refusals;

  /// The options of the server that carries `request`, as the route changes them. They live as long
  /// as the route or the server. Throws what `change` throws,
  /// and std::invalid_argument when the options then cannot work.
  [[nodiscard]] const Options& options(const app::Request& request) const;

 private:
  mutable std::once_flag is_changed_;
  mutable Options changed_;  ///< made at the first request, because a route is made before a server
};

/// Returns the answer to a request that does not begin a WebSocket, or may not; nothing when it may
/// go on:
///
/// - 405 for a method other than GET,
/// - 400 for HTTP/1.0, a missing Upgrade or Connection, a malformed key, content, or a malformed list
///   of subprotocols,
/// - 426 for another version of the protocol,
/// - 403 for an origin that is neither the site's own nor allowed; the log names the remedy, too, as
///   a warning once a second for each route, and otherwise on level debug.
[[nodiscard]] std::optional<app::Response> refuse_handshake(app::Request& request,
                                                            const RouteSettings& route);

/// Makes the answer 101 to a request that was not refused; `open` makes the upgrade of what was
/// agreed on.
[[nodiscard]] app::Response accept_handshake(
    const app::Request& request, const RouteSettings& route,
    std::move_only_function<std::unique_ptr<app::Upgrade>(Agreement)> open);

}  // namespace mastic::websocket
