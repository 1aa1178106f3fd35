// says: `received` has to be `void received(WebSocket&, Message&)`, not a task
#include <mastic/mastic.h>

struct Echo {
  mastic::Task<> received(mastic::WebSocket& socket, mastic::Message& message) {
    co_await socket.send(message);
  }
};

void enter(mastic::Router& site) {
  site.websocket<"/echo">([] { return Echo(); });
}
