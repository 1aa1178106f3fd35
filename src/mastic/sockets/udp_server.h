// A server of datagrams.
//
//     Task<> answer(Datagram& question) {
//       question.reply(co_await look_up(question.bytes()));
//     }
//     UdpServer server(answer);
//     if (auto listening = server.listen("127.0.0.1:3700"); !listening) ...
//     return server.run();

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/net/bound_socket.h"
#include "mastic/sockets/datagram.h"
#include "mastic/sockets/datagram_shard.h"
#include "mastic/sockets/loop_server.h"
#include "mastic/sockets/udp_server_options.h"

namespace mastic::sockets {

/// Receives, and runs a handler for each datagram.
///
/// Whoever sends a datagram may put another's address on it, and that other gets the reply. So keep
/// replies about as short as what they answer, and give none to what you do not understand.
class UdpServer final : public LoopServer {
 public:
  using Options = UdpServerOptions;

  explicit UdpServer(DatagramHandler handler, const Options& options = {})
      : UdpServer(std::move(handler), options, nullptr, base::system_kernel()) {}
  /// `log` and `kernel` must outlive it.
  UdpServer(DatagramHandler handler, const Options& options, base::Log& log,
            base::Kernel& kernel = base::system_kernel())
      : UdpServer(std::move(handler), options, &log, kernel) {}
  ~UdpServer() { end(); }

  /// Before it is started: an address as TcpServer takes it.
  [[nodiscard]] base::Result<void> listen(std::string_view address);

  struct Statistics {
    std::uint64_t handling = 0;  ///< datagrams, now
    std::uint64_t received = 0;  ///< since the beginning, as all below
    std::uint64_t dropped = 0;   ///< too long, or no memory, or no thread to queue for
    std::uint64_t replied = 0;
    std::uint64_t unsent = 0;  ///< replies that the system did not take
    std::uint64_t failed = 0;  ///< whose handler threw
  };
  /// From any thread.
  [[nodiscard]] Statistics statistics() const;

 private:
  UdpServer(DatagramHandler handler, const Options& options, base::Log* log, base::Kernel& kernel);
  [[nodiscard]] base::Result<void> check() const override { return options_.check(); }
  void make_shards(net::ShardGroup& group) override;
  [[nodiscard]] base::Result<void> begin_shards(net::ShardGroup& group) override;
  void all_closed() noexcept override {}  // handlers may still reply

  const DatagramHandler handler_;
  const Options options_;
  DatagramCounters counters_;
  std::vector<net::BoundSocket> sockets_;
  async::BlockingHistory history_;
  std::optional<DatagramService> service_;
  std::vector<DatagramShard*> shards_;  ///< of the group
};

}  // namespace mastic::sockets
