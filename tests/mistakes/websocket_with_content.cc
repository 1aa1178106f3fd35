// says: a WebSocket begins without content: no Json, Form or Body
#include <mastic/mastic.h>

struct Say {
  std::string text;
};

void enter(mastic::Router& site) {
  site.websocket<"/chat">([](mastic::WebSocket& socket, mastic::Json<Say> say) -> mastic::Task<> {
    co_await socket.send(say->text);
  });
}
