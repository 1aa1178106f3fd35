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

/// A TCP server, which runs a handler for each connection.
class TcpServer final : public StreamServer {
 public:
  /// The settings of the server. The defaults suit most servers.
  using Options = StreamServerOptions;

  /// Makes a server that logs to standard error.
  explicit TcpServer(ConnectionHandler handler, Options options = {})
      : StreamServer(std::move(handler), std::move(options), nullptr, base::system_kernel()) {}
  /// Makes a server that writes to `log`. Requires: `log` and `kernel` outlive the server.
  TcpServer(ConnectionHandler handler, Options options, base::Log& log,
            base::Kernel& kernel = base::system_kernel())
      : StreamServer(std::move(handler), std::move(options), &log, kernel) {}
  ~TcpServer() { end(); }

  /// Listens on `address`: `127.0.0.1:7000`, `[::1]:7000`, `:7000` for all IPv4 addresses, or
  /// `fd:3` for a socket that the process inherited. With port 0 the system chooses a port, which
  /// `addresses` gives. Host names are not accepted. Call this once for each address, before the
  /// server is started. Fails with a message that names the address and the remedy.
  [[nodiscard]] base::Result<void> listen(std::string_view address) {
    const auto parsed = base::Address::parse(address);
    if (!parsed) return std::unexpected(parsed.error());
    if (parsed->is_unix()) return base::fail("use UnixServer for a Unix socket: ", address);
    return listen_on(*parsed, {});
  }
};

}  // namespace mastic::sockets
