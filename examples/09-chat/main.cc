#include <iostream>

#include "chat.h"

int main() {
  Room room;
  const auto serve = [&room](mastic::Connection& connection) { return chat(room, connection); };
  mastic::TcpServer server(serve, chat_options());
  if (const auto listening = server.listen("127.0.0.1:7001"); !listening) {
    std::cerr << listening.error().message << '\n';
    return 1;
  }
  return server.run();
}
