// Routes that change the protocol of a connection: declared here, defined by the room of the protocol.

#pragma once

namespace mastic::routing {

/// Makes routes of handlers of type F for `Protocol`. Routers know no protocol, so the room of a
/// protocol specializes this (websocket/route.h does for WebSocket):
///
///     template <base::FixedText Pattern>
///     static constexpr void check();   // fails to compile when F does not fit the pattern
///     static Added add(Router& router, std::string_view pattern, F handler);   // Router::add_upgrade
///
/// An error "incomplete type UpgradeRoute" means that the header of that room is not included; for
/// WebSockets it is mastic/mastic.h or mastic/websocket/route.h.
template <class Protocol, class F>
struct UpgradeRoute;

}  // namespace mastic::routing
