// A server on Unix stream sockets.

#pragma once

#include <string>
#include <utility>

#include "mastic/sockets/stream_server.h"

namespace mastic::sockets {

/// A server like TcpServer on Unix stream sockets. Its peers have no address. The options
/// socket_mode and socket_owner say who may connect; by default only the same user may.
class UnixServer final : public StreamServer {
 public:
  /// The settings of the server. The defaults suit most servers.
  using Options = StreamServerOptions;

  /// Makes a server that logs to standard error.
  explicit UnixServer(ConnectionHandler handler, Options options = {})
      : StreamServer(std::move(handler), std::move(options), nullptr, base::system_kernel()) {}
  /// Makes a server that writes to `log`. Requires: `log` and `kernel` outlive the server.
  UnixServer(ConnectionHandler handler, Options options, base::Log& log,
             base::Kernel& kernel = base::system_kernel())
      : StreamServer(std::move(handler), std::move(options), &log, kernel) {}
  ~UnixServer() { end(); }

  /// Listens on a socket at `path`. A socket file that a dead process left there is replaced; any
  /// other file is kept. The server removes its socket file when it ends, unless another file was
  /// put in its place. Call this before the server is started. Fails with a message that names the
  /// path and the remedy.
  [[nodiscard]] base::Result<void> listen(const std::string& path) {
    const auto access =
        net::SocketAccess::parse(kernel(), options().socket_mode, options().socket_owner);
    if (!access) return std::unexpected(access.error());
    const auto address = base::Address::parse("unix:" + path);
    if (!address) return std::unexpected(address.error());
    return listen_on(*address, *access);
  }
};

}  // namespace mastic::sockets
