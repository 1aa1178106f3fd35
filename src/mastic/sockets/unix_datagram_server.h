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

/// Receives datagrams as UdpServer does, between processes of one machine. A datagram that was
/// taken arrives, in order; when this side is behind, senders wait or are told so.
///
/// A sender whose socket has no name can be given no reply (Datagram::can_reply). The options
/// socket_mode and socket_owner say who may send: only the same user, unless they are told otherwise.
class UnixDatagramServer final : public DatagramServer {
 public:
  /// The settings; their defaults suit most servers.
  using Options = DatagramServerOptions;

  explicit UnixDatagramServer(DatagramHandler handler, Options options = {})
      : DatagramServer(std::move(handler), std::move(options), nullptr, base::system_kernel()) {}
  /// `log` and `kernel` must outlive it.
  UnixDatagramServer(DatagramHandler handler, Options options, base::Log& log,
                     base::Kernel& kernel = base::system_kernel())
      : DatagramServer(std::move(handler), std::move(options), &log, kernel) {}
  ~UnixDatagramServer() { end(); }

  /// Before it is started: the path of the socket, as UnixServer takes it. It is removed when the
  /// server drains, so that a successor may have it.
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
