// A shard: one loop with its connections, and what these share.

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

/// Keeps the connections of one loop, and drains them: what waits to be accepted is accepted, nothing
/// after that; idle connections are closed after a moment, the others after their answer, or at the
/// deadline. It has settled when nothing is left but background tasks, for a request of another shard may
/// need these.
///
/// Everything here belongs to that loop, outside of user code, but for what says otherwise. The
/// arguments of the constructor must outlive it.
class Shard final : public net::AcceptingShard, private ShardServices {
 public:
  /// Throws std::system_error when the system has no random numbers.
  Shard(loop::Loop& loop, const app::App& app, const Options& options, base::Log& log,
        ServerCounters& counters);
  /// Requires: no connection is left, nor an exchange that outlived its own.
  ~Shard() override;

  using ShardServices::log;
  using ShardServices::loop;
  /// Whom to tell of requests that the application never sees. Before there are connections.
  using ShardServices::observe_rejections;
  /// Who is told of handlers that hang, and what requests see of the server. Before there are
  /// connections; both must outlive the shard.
  using ShardServices::watch_by;
  /// Serves a connection, which speaks HTTP/1.
  void adopt(std::unique_ptr<net::Stream> stream, base::Endpoint peer) {
    adopt(std::move(stream), peer, nullptr);
  }
  /// Makes what a connection speaks from its beginning on, as ALPN chooses it. Called once, before
  /// `adopt` returns. May throw std::bad_alloc: the connection is closed then.
  using MakeProtocol = std::function<std::unique_ptr<net::Protocol>(net::ProtocolHost&)>;
  /// The same, and the connection speaks what `make_protocol` returns; when it is null, HTTP/1.
  /// Throws std::bad_alloc.
  void adopt(std::unique_ptr<net::Stream> stream, base::Endpoint peer,
             const MakeProtocol& make_protocol);

  /// Begins a task that runs until it ends, or is told to. `task` must outlive the shard.
  void run_in_background(const app::Lifecycle::BackgroundTask& task);
  /// Has every one of them end soon.
  void stop_background() noexcept;
  /// The same, from any thread; once.
  void order_stop_background() noexcept { order(stop_background_order_); }
  [[nodiscard]] std::size_t background_tasks() const { return background_.size(); }

  using ShardServices::is_draining;
  /// Aborts every connection at once, and cancels what their applications await.
  void abort_all() noexcept override;
  void check_settled() override { AcceptingShard::check_settled(); }

  /// What is under way: the oldest requests, `most` at the most.
  [[nodiscard]] base::LoopReport report(std::size_t most);
  /// Exchanges that are not over.
  using ShardServices::exchanges;
  /// Cancels the request with this id, if it is here.
  void cancel(std::uint64_t request);

  /// What it lends to connections, protocols and exchanges.
  [[nodiscard]] ShardServices& services() { return *this; }

  // ---- from its connections and background tasks ----

  /// What connections speak that rest.
  [[nodiscard]] Http1Pool& http1() { return http1_; }
  /// A connection became idle, or busy; it is in one of the lists from its start on.
  void connection_idle(Connection& connection);
  void connection_busy(Connection& connection);
  /// It has closed its stream; it goes at the end of the turn.
  void connection_closed(Connection& connection);
  /// It is to be no more.
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
  /// Makes room by closing the connection that has waited for longest; false when there is none.
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
