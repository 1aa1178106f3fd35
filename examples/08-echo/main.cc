#include <iostream>
#include <string_view>

#include "echo.h"

int main(int argc, char** argv) {
  const bool blocking = argc > 1 && std::string_view(argv[1]) == "--blocking";
  mastic::TcpServer server(blocking ? mastic::ConnectionHandler(blocking_echo)
                                    : mastic::ConnectionHandler(echo));
  if (const auto listening = server.listen("127.0.0.1:7000"); !listening) {
    std::cerr << listening.error().message << '\n';
    return 1;
  }
  return server.run();
}
