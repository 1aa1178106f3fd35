// says: the handler of a WebSocket outlives its request: take what you need of the request as parameters (Header, Cookie, Query, a type with a FromRequest)
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.websocket<"/chat">(
      [](mastic::WebSocket& socket, mastic::Request& request) -> mastic::Task<> {
        co_await socket.send("you asked for " + std::string(request.path()));
      });
}
