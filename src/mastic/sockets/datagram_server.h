// A server of datagrams: what UdpServer and UnixDatagramServer have in common.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mastic/net/datagram_socket.h"
#include "mastic/sockets/datagram.h"
#include "mastic/sockets/datagram_server_options.h"
#include "mastic/sockets/datagram_shard.h"
#include "mastic/sockets/loop_server.h"

namespace mastic::sockets {

/// Receives datagrams, and runs a handler for each.
class DatagramServer : public LoopServer {
 public:
  /// Figures for monitoring.
  struct Statistics {
    std::uint64_t handling = 0;  ///< datagrams, now
    std::uint64_t received = 0;  ///< since the beginning, as all below
    std::uint64_t dropped = 0;   ///< too long, or no memory, or no thread to queue for
    std::uint64_t replied = 0;   ///< replies that the system took
    std::uint64_t unsent = 0;    ///< replies that the system did not take
    std::uint64_t failed = 0;    ///< whose handler threw
  };
  /// The figures of this moment, from any thread.
  [[nodiscard]] Statistics statistics() const;

 protected:
  DatagramServer(DatagramHandler handler, DatagramServerOptions options, base::Log* log,
                 base::Kernel& kernel);
  ~DatagramServer();
  [[nodiscard]] base::Result<void> listen_on(const base::Address& address,
                                             const net::SocketAccess& access);
  [[nodiscard]] const DatagramServerOptions& options() const { return options_; }

 private:
  [[nodiscard]] base::Result<void> check() const final { return options_.check(); }
  void make_shards(net::ShardGroup& group) final;
  [[nodiscard]] base::Result<void> begin_shards(net::ShardGroup& group) final;
  void all_closed() noexcept final;

  const DatagramHandler handler_;
  const DatagramServerOptions options_;
  DatagramCounters counters_;
  std::vector<net::DatagramSocket> sockets_;
  async::BlockingHistory history_;
  std::optional<DatagramService> service_;
  std::vector<DatagramShard*> shards_;  ///< of the group
};

}  // namespace mastic::sockets
