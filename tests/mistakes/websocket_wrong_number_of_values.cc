// says: the handler takes a different number of values than its route has
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.websocket<"/room/{name}">(
      [](mastic::WebSocket& socket) -> mastic::Task<> { co_await socket.send("welcome"); });
}
