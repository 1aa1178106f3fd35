// A server of datagrams.
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

/// Receives datagrams by UDP, and runs a handler for each. Whoever sends one may put another's
/// address on it, and that other gets the reply. So keep replies about as short as what they
/// answer, and give none to what you do not understand.
class UdpServer final : public DatagramServer {
 public:
  /// The settings; their defaults suit most servers.
  using Options = DatagramServerOptions;

  explicit UdpServer(DatagramHandler handler, Options options = {})
      : DatagramServer(std::move(handler), std::move(options), nullptr, base::system_kernel()) {}
  /// `log` and `kernel` must outlive it.
  UdpServer(DatagramHandler handler, Options options, base::Log& log,
            base::Kernel& kernel = base::system_kernel())
      : DatagramServer(std::move(handler), std::move(options), &log, kernel) {}
  ~UdpServer() { end(); }

  /// Before it is started: an address as TcpServer takes it.
  [[nodiscard]] base::Result<void> listen(std::string_view address) {
    const auto parsed = base::Address::parse(address);
    if (!parsed) return std::unexpected(parsed.error());
    if (parsed->is_unix()) {
      return base::fail("a UdpServer listens on no Unix socket: ", address,
                        "; a UnixDatagramServer does");
    }
    if (parsed->is_inherited()) return base::fail("a UdpServer takes no descriptor: ", address);
    return listen_on(*parsed, {});
  }
};

}  // namespace mastic::sockets
