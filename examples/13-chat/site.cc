#include "site.h"

#include <mastic/middleware/response_fields.h>

#include "chat.h"

using mastic::Router;
using mastic::WebSocket;
using mastic::WebSocketOptions;
using mastic::middleware::ResponseFields;

Router make_site(const std::string& public_dir) {
  Router site;
  auto& rooms = site.own<Rooms>();

  site.websocket<"/room/{name}">([&rooms](WebSocket& socket, std::string name) {
        return attend(socket, rooms, std::move(name));
      })
      .with([](WebSocketOptions& options) { options.max_message_bytes = 8 << 10; });

  site.mount("/", mastic::static_files(public_dir, {.cache_control = "no-cache"}));
  // 'self' is this site, also for its WebSockets.
  site.use(ResponseFields({{{"Content-Security-Policy", "default-src 'self'; base-uri 'none'"},
                            {"X-Content-Type-Options", "nosniff"}}}));
  return site;
}
