// Routes of WebSockets.
//
//     site.websocket<"/room/{name}">([](WebSocket& socket, std::string name) -> Task<> { ... })
//         .protocols({"chat.v2", "chat"})
//         .with([](WebSocketOptions& options) { options.max_message_bytes = 8 << 20; });
//
// socket_handler.h says what handlers look like, handshake.h which requests are refused.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/routing/router.h"
#include "mastic/websocket/handshake.h"
#include "mastic/websocket/socket_handler.h"

namespace mastic::websocket {

/// A route of WebSockets that was added. The router must outlive this object.
class Route {
 public:
  /// Made by Router::websocket.
  Route(routing::Router::Route route, std::shared_ptr<RouteSettings> settings)
      : route_(route), settings_(std::move(settings)) {}

  /// Names the route, for Request::url_for. Throws when another route of this router has that name.
  Route& name(std::string_view name);
  /// Puts a middleware around this route's handler, inside the ones that were added before. A
  /// middleware that answers with anything but 101 refuses the WebSocket. It is not called for a
  /// request that is no handshake, or whose origin is not allowed.
  Route& use(app::Middleware middleware);
  /// Sets the subprotocols of the route, the preferred one first. The first one that the client
  /// offers too is agreed on, or none. Throws std::invalid_argument for a name that is not a token.
  Route& protocols(std::vector<std::string> names);
  /// Changes the options of the server for this route: `change` is called once, with a copy of
  /// them, at the first request. If it throws, or an option then cannot work (Options::check), the
  /// client gets 500.
  Route& with(std::function<void(Options&)> change);

 private:
  routing::Router::Route route_;
  std::shared_ptr<RouteSettings> settings_;
};

/// The middleware around all others of a route of WebSockets, which refuses what may not begin one.
struct HandshakeCheck {
  /// What is set for the route.
  std::shared_ptr<const RouteSettings> route;

  /// Refuses what refuse_handshake refuses.
  [[nodiscard]] std::optional<app::Response> before(app::Request& request) const {
    return refuse_handshake(request, *route);
  }
};

}  // namespace mastic::websocket

template <class F>
struct mastic::routing::UpgradeRoute<mastic::websocket::WebSocket, F> {
  using Handler = websocket::SocketHandler<F>;

  template <base::FixedText Pattern>
  static constexpr void check() {
    detail::check_pattern<Pattern>();
    detail::check_typed<Pattern, Handler>();
  }
  static websocket::Route add(Router& router, std::string_view pattern, F handler) {
    auto settings = std::make_shared<websocket::RouteSettings>();
    Router::Route route = router.add_upgrade(
        "WS", pattern, App(Handler(std::move(handler), settings)), Handler::kMatchers);
    route.use(websocket::HandshakeCheck{settings});  // the first one is the outermost
    return {route, std::move(settings)};
  }
};
