// One loop of a server with its connections.

#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/async/blocking_executor.h"
#include "mastic/async/blocking_history.h"
#include "mastic/base/log.h"
#include "mastic/loop/loop.h"
#include "mastic/net/accepting_shard.h"
#include "mastic/sockets/connection_handler.h"
#include "mastic/sockets/handler_fault.h"
#include "mastic/sockets/stream_server_options.h"
#include "mastic/sockets/stream_session.h"

namespace mastic::sockets {

/// What the shards of a server count together, besides the connections that are open.
struct StreamCounters : net::ShardCounters {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> broken{0};
};

/// What a shard needs of its server; all of it outlives the shard.
struct StreamService {
  const ConnectionHandler& handler;
  const StreamServerOptions& options;
  const FaultHook& fault_hook;
  base::Log& log;
  async::BlockingExecutor& threads;  ///< for handlers that block
  async::BlockingHistory& history;   ///< of those that are tasks
  StreamCounters& counters;
};

/// Belongs to its loop, but for what says otherwise.
class StreamShard final : public net::AcceptingShard {
 public:
  StreamShard(loop::Loop& loop, const StreamService& service)
      : AcceptingShard(loop, service.log, service.counters, service.options.drain_timeout),
        service_(service) {}
  /// Requires: no connection is left.
  ~StreamShard() override;

  void abort_all() noexcept override;

  // For sessions.
  [[nodiscard]] const ConnectionHandler& handler() const { return service_.handler; }
  [[nodiscard]] const StreamServerOptions& options() const { return service_.options; }
  [[nodiscard]] async::BlockingExecutor& threads() { return service_.threads; }
  [[nodiscard]] async::BlockingHistory& history() { return service_.history; }
  [[nodiscard]] const FaultHook& fault_hook() const { return service_.fault_hook; }
  /// `fault`: what the log is to say.
  void handler_ended(StreamSession& session, Ending ending,
                     const std::optional<std::string>& fault) noexcept;
  void session_over(StreamSession& session) noexcept;

 private:
  [[nodiscard]] bool has_room() noexcept override;
  [[nodiscard]] bool admits(std::uint64_t others) noexcept override;
  void serve(base::Descriptor socket, base::Endpoint peer) override;
  [[nodiscard]] std::string_view bounding_option() const noexcept override;
  /// Whether it is threads, and not max_connections, that bounds them.
  [[nodiscard]] bool is_bound_by_threads() const noexcept;
  [[nodiscard]] std::uint64_t max_connections() const noexcept;

  void drain_all() noexcept override;
  [[nodiscard]] bool is_empty() noexcept override { return sessions_.empty(); }
  template <class Each>
  void for_each_session(Each each);

  const StreamService& service_;
  std::list<std::unique_ptr<StreamSession>> sessions_;
};

}  // namespace mastic::sockets
