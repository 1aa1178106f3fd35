// A shard: one loop with its connections, and what these share.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "mastic/app/lifecycle.h"
#include "mastic/async/timer.h"
#include "mastic/base/ip_address.h"
#include "mastic/base/server_status.h"
#include "mastic/loop/loop.h"
#include "mastic/net/listener.h"
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

/// Accepts, keeps and drains the connections of one loop. Everything here belongs to that loop,
/// outside of user code, but for what says otherwise. The arguments of the constructor must outlive
/// it.
class Shard final : private ShardServices, private net::AcceptorOwner, private async::Timer {
 public:
  /// Throws std::system_error when the system has no random numbers.
  Shard(loop::Loop& loop, const app::App& app, const Options& options, base::Log& log,
        ServerCounters& counters);
  /// Requires: no connection is left, nor an exchange that outlived its own.
  ~Shard() override;

  /// Accepts from `listener`, which must outlive the shard. Fails when the loop cannot watch it.
  [[nodiscard]] base::Result<void> accept_from(const net::Listener& listener);
  /// Shards of the same server, itself included: connections are spread over them.
  void set_peers(std::vector<Shard*> peers) { peers_ = std::move(peers); }
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
  [[nodiscard]] std::size_t background_tasks() const { return background_.size(); }

  /// Ends gently: what waits to be accepted is accepted, nothing after that; idle connections are
  /// closed after a moment, the others after their answer, or at the deadline. `settled` is called,
  /// perhaps several times, when nothing is left but
  /// background tasks, and again when one of these has ended.
  void drain(std::function<void()> settled);
  using ShardServices::is_draining;
  /// Aborts every connection at once, and cancels what their applications await.
  void abort_all();
  /// From any thread: drained, and nothing left.
  [[nodiscard]] bool is_settled() const { return settled_.load(); }
  /// Calls `settled` when that is so now.
  void check_settled() override;

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
  bool may_accept() noexcept override;
  void accepted(base::Descriptor socket, base::Endpoint peer) noexcept override;
  void accept_failed(int number) noexcept override;
  void expired() noexcept override;
  /// Passes an accepted connection on to `shard`, which has fewer.
  void hand_over(Shard& shard, base::Descriptor socket, base::Endpoint peer);
  void serve(base::Descriptor socket, base::Endpoint peer);
  template <class AnyConnection>
  void serve(std::unique_ptr<AnyConnection> connection);
  /// Makes room by closing the connection that has waited for longest; false when there is none.
  bool close_longest_waiting();
  [[nodiscard]] bool has_connections() const;
  void pause_accepting();

  Http1Pool http1_;
  IdleList newcomers_;  ///< no request has begun yet
  IdleList idle_;       ///< between requests
  ConnectionList busy_;
  std::vector<std::unique_ptr<net::Acceptor>> acceptors_;
  std::vector<std::unique_ptr<Background>> background_;
  std::vector<Shard*> peers_;
  std::atomic<std::uint64_t> connections_{0};  ///< other shards read it
  std::function<void()> when_settled_;
  std::atomic<bool> settled_{false};
};

}  // namespace mastic::server
