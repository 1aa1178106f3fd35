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

/// A server that runs a handler for each datagram it receives.
class DatagramServer : public LoopServer {
 public:
  /// Figures for monitoring.
  struct Statistics {
    std::uint64_t handling = 0;  ///< datagrams whose handlers have not ended
    std::uint64_t received = 0;  ///< datagrams since the start, like the counts below
    std::uint64_t dropped = 0;   ///< datagrams too long, or without memory or a thread
    std::uint64_t replied = 0;   ///< replies that the system accepted
    std::uint64_t unsent = 0;    ///< replies that the system refused
    std::uint64_t failed = 0;    ///< datagrams whose handler threw an exception
  };
  /// The figures at this moment. Any thread may call this.
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
  std::vector<DatagramShard*> shards_;  ///< owned by the group
};

}  // namespace mastic::sockets
