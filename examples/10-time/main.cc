#include <iostream>

#include "time_server.h"

int main() {
  mastic::UdpServer server(tell_time);
  if (const auto listening = server.listen("127.0.0.1:7037"); !listening) {
    std::cerr << listening.error().message << '\n';
    return 1;
  }
  return server.run();
}
