// A server of connections: what TcpServer and UnixServer have in common.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mastic/net/listener.h"
#include "mastic/sockets/connection_handler.h"
#include "mastic/sockets/loop_server.h"
#include "mastic/sockets/stream_server_options.h"
#include "mastic/sockets/stream_shard.h"

namespace mastic::sockets {

/// A server that runs a handler for each connection it accepts.
///
/// When the server is drained, its listeners close, stop tokens fire, and a read that waits for its
/// first byte gets the end of the stream, as if the peer had ended its side. When the server is
/// aborted, connections are reset.
class StreamServer : public LoopServer {
 public:
  /// Figures for monitoring.
  struct Statistics {
    std::uint64_t open = 0;      ///< connections that are open now
    std::uint64_t accepted = 0;  ///< connections since the start, like the counts below
    std::uint64_t refused = 0;   ///< connections closed at once, because there were too many
    std::uint64_t failed = 0;    ///< connections whose handler threw an exception
    std::uint64_t broken = 0;    ///< connections whose handler threw a StreamError
  };
  /// The figures at this moment. Any thread may call this.
  [[nodiscard]] Statistics statistics() const;

 protected:
  StreamServer(ConnectionHandler handler, StreamServerOptions options, base::Log* log,
               base::Kernel& kernel);
  ~StreamServer();
  [[nodiscard]] base::Result<void> listen_on(const base::Address& address,
                                             const net::SocketAccess& access);
  [[nodiscard]] const StreamServerOptions& options() const { return options_; }

 private:
  [[nodiscard]] base::Result<void> check() const final { return options_.check(); }
  void make_shards(net::ShardGroup& group) final;
  [[nodiscard]] base::Result<void> begin_shards(net::ShardGroup& group) final;
  void all_closed() noexcept final { listeners_.clear(); }

  const ConnectionHandler handler_;
  const StreamServerOptions options_;
  StreamCounters counters_;
  std::vector<net::Listener> listeners_;
  async::BlockingHistory history_;
  std::optional<StreamService> service_;
  std::vector<StreamShard*> shards_;  ///< owned by the group
};

}  // namespace mastic::sockets
