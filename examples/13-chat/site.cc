#include "site.h"

#include "chat.h"

using mastic::Request;
using mastic::Response;
using mastic::Router;
using mastic::WebSocket;
using mastic::WebSocketOptions;

namespace {

/// Adds the security fields of every answer. 'self' is this site, also for its WebSockets.
struct Careful {
  void after(Request&, Response& response) const {
    response.set("Content-Security-Policy", "default-src 'self'; base-uri 'none'");
    response.set("X-Content-Type-Options", "nosniff");
  }
};

}  // namespace

Router make_site(const std::string& public_dir) {
  Router site;
  auto& rooms = site.own<Rooms>();

  site.websocket<"/room/{name}">([&rooms](WebSocket& socket, std::string name) {
        return attend(socket, rooms, std::move(name));
      })
      .with([](WebSocketOptions& options) { options.max_message_bytes = 8 << 10; });

  site.mount("/", mastic::static_files(public_dir, {.cache_control = "no-cache"}));
  site.use(Careful());
  return site;
}
