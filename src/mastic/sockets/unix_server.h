// A server on Unix sockets.

#pragma once

#include <string>
#include <utility>

#include "mastic/sockets/stream_server.h"

namespace mastic::sockets {

/// Serves connections on Unix sockets as TcpServer does on TCP; its peers have no address, and the
/// options socket_mode and socket_owner say who may connect: only the same user, unless they are
/// told otherwise.
class UnixServer final : public StreamServer {
 public:
  /// The settings; their defaults suit most servers.
  using Options = StreamServerOptions;

  explicit UnixServer(ConnectionHandler handler, Options options = {})
      : StreamServer(std::move(handler), std::move(options), nullptr, base::system_kernel()) {}
  /// `log` and `kernel` must outlive it.
  UnixServer(ConnectionHandler handler, Options options, base::Log& log,
             base::Kernel& kernel = base::system_kernel())
      : StreamServer(std::move(handler), std::move(options), &log, kernel) {}
  ~UnixServer() { end(); }

  /// Says where to listen, before it is started. A socket that a dead process left there is
  /// replaced, any other file is not; this one goes with the server, but not another that was put
  /// in its place. Fails with a message that names the path and the remedy.
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
