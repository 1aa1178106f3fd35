// A TCP server.
//
//     Task<> echo(Connection& connection) {
//       while (auto bytes = co_await connection.reader().read()) {
//         co_await connection.writer().write(*bytes);
//       }
//     }
//     TcpServer server(echo);
//     if (auto listening = server.listen("127.0.0.1:7000"); !listening) ...
//     return server.run();

#pragma once

#include <string_view>
#include <utility>

#include "mastic/sockets/stream_server.h"

namespace mastic::sockets {

/// Serves connections that come by TCP, and runs a handler for each.
class TcpServer final : public StreamServer {
 public:
  /// The settings; their defaults suit most servers.
  using Options = StreamServerOptions;

  explicit TcpServer(ConnectionHandler handler, Options options = {})
      : StreamServer(std::move(handler), std::move(options), nullptr, base::system_kernel()) {}
  /// `log` and `kernel` must outlive it.
  TcpServer(ConnectionHandler handler, Options options, base::Log& log,
            base::Kernel& kernel = base::system_kernel())
      : StreamServer(std::move(handler), std::move(options), &log, kernel) {}
  ~TcpServer() { end(); }

  /// Says where to listen, before it is started: `127.0.0.1:7000`, `[::1]:7000`, `:7000` for all
  /// IPv4 addresses, `fd:3` for a socket that the process was started with; port 0 has the system
  /// choose (`addresses`). Names are not looked up. Fails with a message that names the address and
  /// the remedy.
  [[nodiscard]] base::Result<void> listen(std::string_view address) {
    const auto parsed = base::Address::parse(address);
    if (!parsed) return std::unexpected(parsed.error());
    if (parsed->is_unix()) return base::fail("a TcpServer listens on no Unix socket: ", address);
    return listen_on(*parsed, {});
  }
};

}  // namespace mastic::sockets
