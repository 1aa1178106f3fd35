// A UDP server.
//
//     Task<> answer(Datagram& question) {
//       question.reply(co_await look_up(question.bytes()));
//     }
//     UdpServer server(answer);
//     if (auto listening = server.listen("127.0.0.1:3700"); !listening) ...
//     return server.run();

#pragma once

#include <string_view>
#include <utility>

#include "mastic/sockets/datagram_server.h"

namespace mastic::sockets {

/// A UDP server, which runs a handler for each datagram.
///
/// A sender can forge the source address of a datagram, and then a third party gets the reply. So
/// keep replies about as short as the datagrams they answer, and do not reply to what you do not
/// understand.
class UdpServer final : public DatagramServer {
 public:
  /// The settings of the server. The defaults suit most servers.
  using Options = DatagramServerOptions;

  /// Makes a server that logs to standard error.
  explicit UdpServer(DatagramHandler handler, Options options = {})
      : DatagramServer(std::move(handler), std::move(options), nullptr, base::system_kernel()) {}
  /// Makes a server that writes to `log`. Requires: `log` and `kernel` outlive the server.
  UdpServer(DatagramHandler handler, Options options, base::Log& log,
            base::Kernel& kernel = base::system_kernel())
      : DatagramServer(std::move(handler), std::move(options), &log, kernel) {}
  ~UdpServer() { end(); }

  /// Receives on `address`, which has one of the forms that TcpServer::listen takes, except `fd:`.
  /// Call this before the server is started.
  [[nodiscard]] base::Result<void> listen(std::string_view address) {
    const auto parsed = base::Address::parse(address);
    if (!parsed) return std::unexpected(parsed.error());
    if (parsed->is_unix()) {
      return base::fail("use UnixDatagramServer for a Unix socket: ", address);
    }
    if (parsed->is_inherited()) return base::fail("UdpServer cannot use a descriptor: ", address);
    return listen_on(*parsed, {});
  }
};

}  // namespace mastic::sockets
