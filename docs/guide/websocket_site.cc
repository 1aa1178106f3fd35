// The site that docs/guide/websocket_proxies_test.py asks through proxies.

#include <mastic/mastic.h>

mastic::Router make_site() {
  mastic::Router site;
  site.websocket<"/echo">([](mastic::WebSocket& socket) -> mastic::Task<> {
    while (auto message = co_await socket.receive()) co_await socket.send(*std::move(message));
  });
  return site;
}

int main(int argc, char** argv) { return mastic::run(make_site, argc, argv); }
