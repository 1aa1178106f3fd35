// A server of datagrams on Unix sockets.
//
//     UnixDatagramServer server([](Datagram& line) -> Task<> {
//       write_down(line.bytes());
//       co_return;
//     });
//     if (auto listening = server.listen("/run/shop/log.sock"); !listening) ...
//     return server.run();

#pragma once

#include <string>
#include <utility>

#include "mastic/sockets/datagram_server.h"

namespace mastic::sockets {

/// A server of datagrams like UdpServer, between processes of one machine. Datagrams that the
/// kernel has accepted all arrive, and in order. While the socket's queue is full, senders wait or
/// get an error.
///
/// A sender whose socket has no name cannot get a reply (Datagram::can_reply). The options
/// socket_mode and socket_owner say who may send; by default only the same user may.
class UnixDatagramServer final : public DatagramServer {
 public:
  /// The settings of the server. The defaults suit most servers.
  using Options = DatagramServerOptions;

  /// Makes a server that logs to standard error.
  explicit UnixDatagramServer(DatagramHandler handler, Options options = {})
      : DatagramServer(std::move(handler), std::move(options), nullptr, base::system_kernel()) {}
  /// Makes a server that writes to `log`. Requires: `log` and `kernel` outlive the server.
  UnixDatagramServer(DatagramHandler handler, Options options, base::Log& log,
                     base::Kernel& kernel = base::system_kernel())
      : DatagramServer(std::move(handler), std::move(options), &log, kernel) {}
  ~UnixDatagramServer() { end(); }

  /// Receives on a socket at `path`, as UnixServer::listen does. The file is removed when the
  /// server drains, so that a successor may create its own. Call this before the server is started.
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
