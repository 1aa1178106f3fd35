// One loop of a server with its connections.

#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <string_view>
#include <vector>

#include "mastic/async/blocking_executor.h"
#include "mastic/async/blocking_history.h"
#include "mastic/async/timer.h"
#include "mastic/base/log.h"
#include "mastic/loop/loop.h"
#include "mastic/net/listener.h"
#include "mastic/net/server_shard.h"
#include "mastic/sockets/connection_handler.h"
#include "mastic/sockets/stream_server_options.h"
#include "mastic/sockets/stream_session.h"

namespace mastic::sockets {

/// What the shards of a server count together. Callable from each of them.
struct StreamCounters {
  std::atomic<std::uint64_t> open{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> broken{0};
};

/// What a shard needs of its server; all of it outlives the shard.
struct StreamService {
  const ConnectionHandler& handler;
  const StreamServerOptions& options;
  base::Log& log;
  async::BlockingExecutor& threads;  ///< for handlers that block
  async::BlockingHistory& history;   ///< of those that are tasks
  StreamCounters& counters;
  net::ServerShardOwner& owner;
};

/// Belongs to its loop, but for what says otherwise.
class StreamShard final : public net::ServerShard,
                          private net::AcceptorOwner,
                          private async::Timer {
 public:
  StreamShard(loop::Loop& loop, const StreamService& service)
      : ServerShard(loop, service.log, service.options.drain_timeout, service.owner),
        service_(service) {}
  /// Requires: no connection is left.
  ~StreamShard() override;

  /// Accepts from `listener`, which must outlive the shard. Fails when the loop cannot watch it.
  [[nodiscard]] base::Result<void> accept_from(const net::Listener& listener);
  /// Shards of the same server, itself included: connections are spread over them.
  void set_peers(std::vector<StreamShard*> peers) { peers_ = std::move(peers); }

  // For sessions.
  [[nodiscard]] const ConnectionHandler& handler() const { return service_.handler; }
  [[nodiscard]] const StreamServerOptions& options() const { return service_.options; }
  [[nodiscard]] async::BlockingExecutor& threads() { return service_.threads; }
  [[nodiscard]] async::BlockingHistory& history() { return service_.history; }
  void handler_ended(StreamSession& session, Ending ending, std::string_view fault) noexcept;
  void session_over(StreamSession& session) noexcept;

 private:
  bool may_accept() noexcept override;
  void accepted(base::Descriptor socket, base::Endpoint peer) noexcept override;
  void accept_failed(int number) noexcept override;
  void expired() noexcept override;

  void hand_over(StreamShard& shard, base::Descriptor socket, base::Endpoint peer);
  void serve(base::Descriptor socket, base::Endpoint peer);
  void lost_connection() noexcept;
  void pause_accepting() noexcept;
  void resume_accepting() noexcept;
  [[nodiscard]] std::uint64_t max_connections() const;

  void close() noexcept override;
  void drain_all() noexcept override;
  void abort_all() noexcept override;
  [[nodiscard]] bool is_empty() const noexcept override { return sessions_.empty(); }
  template <class Each>
  void for_each_session(Each each);

  const StreamService& service_;
  std::vector<std::unique_ptr<net::Acceptor>> acceptors_;
  std::list<std::unique_ptr<StreamSession>> sessions_;
  std::vector<StreamShard*> peers_;
  std::atomic<std::uint64_t> connections_{0};  ///< other shards read it
  bool is_paused_ = false;
};

}  // namespace mastic::sockets
