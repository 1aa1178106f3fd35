// The part of a server of connections that belongs to one loop.

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

/// Counters that the shards of a server share. net::ShardCounters counts the open connections.
struct StreamCounters : net::ShardCounters {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> broken{0};
};

/// What a shard needs from its server. All of it outlives the shard.
struct StreamService {
  const ConnectionHandler& handler;
  const StreamServerOptions& options;
  const FaultHook& fault_hook;
  base::Log& log;
  async::BlockingExecutor& threads;  ///< for handlers that block
  async::BlockingHistory& history;   ///< what is known of handlers that are tasks
  StreamCounters& counters;
};

/// Accepts connections on one loop and owns their sessions. Its functions are called on that loop,
/// except where they say otherwise.
class StreamShard final : public net::AcceptingShard {
 public:
  StreamShard(loop::Loop& loop, const StreamService& service)
      : AcceptingShard(loop, service.log, service.counters, service.options.drain_timeout),
        service_(service) {}
  /// Requires: no connection is left.
  ~StreamShard() override;

  void abort_all() noexcept override;

  // For sessions:
  [[nodiscard]] const ConnectionHandler& handler() const { return service_.handler; }
  [[nodiscard]] const StreamServerOptions& options() const { return service_.options; }
  [[nodiscard]] async::BlockingExecutor& threads() { return service_.threads; }
  [[nodiscard]] async::BlockingHistory& history() { return service_.history; }
  [[nodiscard]] const FaultHook& fault_hook() const { return service_.fault_hook; }
  /// Counts how a handler ended, and logs `fault` if there is one.
  void handler_ended(StreamSession& session, Ending ending,
                     const std::optional<std::string>& fault) noexcept;
  void session_over(StreamSession& session) noexcept;

 private:
  [[nodiscard]] bool has_room() noexcept override;
  [[nodiscard]] bool admits(std::uint64_t others) noexcept override;
  void serve(base::Descriptor socket, base::Endpoint peer) override;
  [[nodiscard]] std::string_view bounding_option() const noexcept override;
  /// Whether the option `threads`, and not max_connections, limits the connections.
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
