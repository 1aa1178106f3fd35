// says: the handler of a WebSocket outlives its request: take text as std::string, also in a Header or Cookie: Cookie<"name", std::string>
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.websocket<"/chat">(
      [](mastic::WebSocket& socket, mastic::Cookie<"name"> name) -> mastic::Task<> {
        co_await socket.send("welcome, " + std::string(*name));
      });
}
