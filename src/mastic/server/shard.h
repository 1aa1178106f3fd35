// A shard of an HTTP server: one loop with its connections, and what these share.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/app/lifecycle.h"
#include "mastic/base/ip_address.h"
#include "mastic/base/server_status.h"
#include "mastic/loop/loop.h"
#include "mastic/net/accepting_shard.h"
#include "mastic/net/protocol.h"
#include "mastic/net/stream.h"
#include "mastic/server/background.h"
#include "mastic/server/connection_list.h"
#include "mastic/server/http1/http1_pool.h"
#include "mastic/server/idle_list.h"
#include "mastic/server/options.h"
#include "mastic/server/server_counters.h"
#include "mastic/server/shard_services.h"

namespace mastic::server {

/// Keeps the connections of one loop, and drains them. When a drain begins, connections that wait
/// to be accepted are accepted, and no connections after them. Idle connections are closed after a
/// moment, other connections after their answer or at the deadline. The shard has settled when
/// nothing but background tasks is left; requests of other shards may still need these tasks.
///
/// Members are called on the loop, outside of user code, unless they say otherwise.
class Shard final : public net::AcceptingShard, private ShardServices {
 public:
  /// All arguments must outlive the shard. Throws std::system_error when the system has no random
  /// numbers.
  Shard(loop::Loop& loop, const app::App& app, const Options& options, base::Log& log,
        ServerCounters& counters);
  /// Requires: no connection is left, and no exchange that has outlived its connection.
  ~Shard() override;

  using ShardServices::log;
  using ShardServices::loop;
  /// Sets who is told of requests that the application never sees. Call this before there are
  /// connections.
  using ShardServices::observe_rejections;
  /// Sets who is told of handlers that hang, and the server's status for pages. Both must outlive
  /// the shard. Call this before there are connections.
  using ShardServices::watch_by;
  /// Serves a connection over `stream`, in HTTP/1. Throws std::bad_alloc.
  void adopt(std::unique_ptr<net::Stream> stream, base::Endpoint peer) {
    adopt(std::move(stream), peer, nullptr);
  }
  /// Makes the protocol that a connection speaks from its beginning, as chosen by ALPN for
  /// instance. Called once, before `adopt` returns. The function may throw std::bad_alloc; then the
  /// connection is closed.
  using MakeProtocol = std::function<std::unique_ptr<net::Protocol>(net::ProtocolHost&)>;
  /// Serves a connection over `stream` in the protocol that `make_protocol` returns, or in HTTP/1
  /// when there is no `make_protocol`. Throws std::bad_alloc.
  void adopt(std::unique_ptr<net::Stream> stream, base::Endpoint peer,
             const MakeProtocol& make_protocol);

  /// Begins a task that runs until it ends or is stopped. `task` must outlive the shard.
  void run_in_background(const app::Lifecycle::BackgroundTask& task);
  /// Asks all background tasks to end soon.
  void stop_background() noexcept;
  /// Has the loop call `stop_background`. May be called once, from any thread.
  void order_stop_background() noexcept { order(stop_background_order_); }
  /// How many background tasks run on this shard.
  [[nodiscard]] std::size_t background_tasks() const { return background_.size(); }

  using ShardServices::is_draining;
  /// Aborts every connection at once, and cancels what their handlers await.
  void abort_all() noexcept override;
  void check_settled() override { AcceptingShard::check_settled(); }

  /// Returns the number of connections, and the oldest requests, at most `most` of these.
  [[nodiscard]] base::LoopReport report(std::size_t most);
  /// How many exchanges are not over.
  using ShardServices::exchanges;
  /// Cancels the request with the id `request`, if it is on this shard.
  void cancel(std::uint64_t request);

  /// What the shard provides to connections, protocols and exchanges.
  [[nodiscard]] ShardServices& services() { return *this; }

  // ---- called by connections and background tasks ----

  /// The state machines for connections that speak HTTP/1.
  [[nodiscard]] Http1Pool& http1() { return http1_; }
  /// Moves a connection to the list of idle connections.
  void connection_idle(Connection& connection);
  /// Moves a connection to the list of busy connections.
  void connection_busy(Connection& connection);
  /// Removes a connection that has closed its stream; the connection is destroyed at the end of the
  /// turn.
  void connection_closed(Connection& connection);
  /// Destroys a background task that has ended.
  void background_ended(Background& background) noexcept;

 private:
  using ShardServices::counters;
  [[nodiscard]] bool has_room() noexcept override;
  void make_room() noexcept override;
  void serve(base::Descriptor socket, base::Endpoint peer) override;
  [[nodiscard]] std::string_view bounding_option() const noexcept override {
    return "--max-connections";
  }
  template <class AnyConnection>
  void serve(std::unique_ptr<AnyConnection> connection);
  /// Closes the connection that has waited longest and returns true. Returns false when no
  /// connection may be closed.
  bool close_longest_waiting() noexcept;
  [[nodiscard]] bool has_connections() const;

  void drain_all() noexcept override;
  [[nodiscard]] bool is_empty() noexcept override;
  void stop_background_ordered() noexcept;

  Http1Pool http1_;
  IdleList newcomers_;  ///< no request has begun yet
  IdleList idle_;       ///< between requests
  ConnectionList busy_;
  std::vector<std::unique_ptr<Background>> background_;
  async::MessageTo<Shard, &Shard::stop_background_ordered> stop_background_order_{*this};
};

}  // namespace mastic::server
