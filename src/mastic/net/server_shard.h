// The part of a server that belongs to one loop.

#pragma once

#include <atomic>
#include <memory>

#include "mastic/async/callbacks.h"
#include "mastic/base/log.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/source.h"
#include "mastic/net/shard_counters.h"

namespace mastic::net {

/// Receives the reports of a shard, on the shard's loop.
class ServerShardOwner {
 public:
  /// Called once, when the shard has stopped taking on work.
  virtual void shard_closed() noexcept = 0;
  /// Called when the shard is drained and no work is left. May be called several times, because
  /// work may arrive from another shard afterwards.
  virtual void shard_settled() noexcept = 0;
  /// Called when ServerShard::go has destroyed the shard.
  virtual void shard_gone() noexcept {}

 protected:
  ~ServerShardOwner() = default;
};

/// The part of a server that belongs to one loop. A shard takes on work until it is drained. A
/// shard has *settled* when it is drained and no work is left. Members are called on the loop
/// unless they say otherwise.
///
///     open ──drain──> draining ──no work left──> settled ──go──> destroyed
///                        │  ▲                       │
///        abort, deadline └──┴─work from a peer──────┘
class ServerShard : public loop::Retirable {
 public:
  /// All arguments passed by reference must outlive the shard. All shards of a server share
  /// `counters`.
  ServerShard(loop::Loop& loop, base::Log& log, ShardCounters& counters,
              base::Duration drain_timeout)
      : loop_(loop), log_(log), counters_(counters), drain_timeout_(drain_timeout) {}
  ~ServerShard() override;
  ServerShard(const ServerShard&) = delete;
  ServerShard& operator=(const ServerShard&) = delete;
  /// Sets the owner, which receives the shard's reports. A shard may be without an owner. `owner`
  /// must outlive the shard. Call this before the shard takes on work.
  void set_owner(ServerShardOwner& owner) { owner_ = &owner; }

  /// Ends gently: takes on no new work, asks the running work to end soon, and aborts it at the
  /// deadline. Call this once.
  void drain() noexcept;
  /// Ends all running work at once.
  virtual void abort_all() noexcept = 0;
  /// Gives up the sources of work after a start that failed, before the loop has run a turn.
  virtual void give_up() noexcept { close(); }

  /// Has the loop call `drain`. May be called from any thread, until the server is over. Allocates
  /// nothing.
  void order_drain() noexcept { order(drain_order_); }
  /// Has the loop abort all work. May be called from any thread, until the server is over.
  /// Allocates nothing.
  void order_abort() noexcept { order(abort_order_); }
  /// Whether the shard is drained, has no work left, and no order is waiting. May be called from
  /// any thread.
  [[nodiscard]] bool is_settled() const { return settled_.load() && orders_.load() == 0; }
  /// Destroys `shard` on its loop, at the end of a turn and after all objects that the shard has
  /// retired there, and then calls ServerShardOwner::shard_gone. May be called from any thread,
  /// once all shards have settled. Allocates nothing.
  static void go(std::unique_ptr<ServerShard> shard) noexcept;

  /// The loop to which the shard belongs.
  [[nodiscard]] loop::Loop& loop() const { return loop_; }
  /// The log of the server.
  [[nodiscard]] base::Log& log() const { return log_; }
  /// The counters that all shards of the server share.
  [[nodiscard]] ShardCounters& counters() const { return counters_; }

 protected:
  /// Whether the drain has begun.
  [[nodiscard]] bool is_draining() const { return draining_; }
  /// Whether the shard was aborted or its deadline has passed. Work that now arrives from another
  /// shard has to be refused.
  [[nodiscard]] bool is_aborting() const { return aborting_; }
  /// Says that there is work again, such as a connection that was on its way from another shard.
  void begin_work() { settled_ = false; }
  /// Reports to the owner if the shard has settled. Call this when a piece of work has ended.
  void check_settled() noexcept;
  /// Whether a log message that could come often may be written now. Returns true at most once a
  /// second, for all shards of the server together.
  [[nodiscard]] bool may_log() noexcept { return counters_.may_log(loop_.now()); }

  /// Has `message` delivered on the loop; the delivery must end with `order_done`. Until then the
  /// shard has not settled. May be called from any thread. Allocates nothing.
  void order(async::Message& message) noexcept;
  /// Ends the delivery of an order.
  void order_done() noexcept;

  /// Stops taking on work, for good.
  virtual void close() noexcept = 0;
  /// Asks all running work to end soon.
  virtual void drain_all() noexcept = 0;
  /// Whether the shard has no work.
  [[nodiscard]] virtual bool is_empty() noexcept = 0;

 private:
  void drain_ordered() noexcept;
  void abort_ordered() noexcept;
  void go_ordered() noexcept;
  void deadline() noexcept;
  void end_at_once() noexcept;

  loop::Loop& loop_;
  base::Log& log_;
  ShardCounters& counters_;
  const base::Duration drain_timeout_;
  ServerShardOwner* owner_ = nullptr;
  bool draining_ = false;
  bool aborting_ = false;
  bool goes_ = false;
  std::atomic<unsigned> orders_{0};  ///< orders that were posted and not yet done
  std::atomic<bool> settled_{false};
  async::MessageTo<ServerShard, &ServerShard::drain_ordered> drain_order_{*this};
  async::MessageTo<ServerShard, &ServerShard::abort_ordered> abort_order_{*this};
  async::MessageTo<ServerShard, &ServerShard::go_ordered> go_order_{*this};
  async::TimerOf<ServerShard, &ServerShard::deadline> drain_timer_{*this};
};

}  // namespace mastic::net
