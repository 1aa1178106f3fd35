// says: the handler of a WebSocket takes a WebSocket& and returns Task<>, or returns an object that has `void received(WebSocket&, Message&)`, and then takes no WebSocket
#include <mastic/mastic.h>

void enter(mastic::Router& site) {
  site.websocket<"/chat">([](mastic::WebSocket& socket) { (void)socket.try_send("welcome"); });
}
