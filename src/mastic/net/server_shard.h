// One loop of a server, as its server sees it.

#pragma once

#include <atomic>
#include <memory>

#include "mastic/async/callbacks.h"
#include "mastic/base/log.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/source.h"
#include "mastic/net/shard_counters.h"

namespace mastic::net {

/// What a shard reports to, on the shard's loop.
class ServerShardOwner {
 public:
  /// Once: it takes no more on.
  virtual void shard_closed() noexcept = 0;
  /// Perhaps several times: after a drain nothing is left of it.
  virtual void shard_settled() noexcept = 0;
  /// It has gone, as it was told to, and is no more.
  virtual void shard_gone() noexcept {}

 protected:
  ~ServerShardOwner() = default;
};

/// Takes on work until it is drained, and has settled when nothing of it is left. Belongs to its loop,
/// but for what says otherwise.
class ServerShard : public loop::Retirable {
 public:
  /// All must outlive it. `counters` are those of all shards of the server.
  ServerShard(loop::Loop& loop, base::Log& log, ShardCounters& counters,
              base::Duration drain_timeout)
      : loop_(loop), log_(log), counters_(counters), drain_timeout_(drain_timeout) {}
  ~ServerShard() override;
  ServerShard(const ServerShard&) = delete;
  ServerShard& operator=(const ServerShard&) = delete;
  /// Called before it takes on work. `owner` must outlive it. A shard without an owner reports to none.
  void set_owner(ServerShardOwner& owner) { owner_ = &owner; }

  /// Ends gently: takes on no more, has what is under way end soon, and aborts what is left at the
  /// deadline. Called once.
  void drain() noexcept;
  /// Ends what is under way at once.
  virtual void abort_all() noexcept = 0;
  /// After a start that failed, before its loop has turned: lets go of what it was to take work from.
  virtual void give_up() noexcept { close(); }

  // From any thread, while its owner has not ended.
  void order_drain() noexcept { order(drain_order_); }
  void order_abort() noexcept { order(abort_order_); }
  /// From any thread: drained, nothing left, and no order on its way.
  [[nodiscard]] bool is_settled() const { return settled_.load() && orders_.load() == 0; }
  /// From any thread, once all have settled: it goes, at the end of a turn of its loop and after all that
  /// it had retired there, and its owner is told. Like all orders this takes no memory.
  static void go(std::unique_ptr<ServerShard> shard) noexcept;

  [[nodiscard]] loop::Loop& loop() const { return loop_; }
  [[nodiscard]] base::Log& log() const { return log_; }
  [[nodiscard]] ShardCounters& counters() const { return counters_; }

 protected:
  [[nodiscard]] bool is_draining() const { return draining_; }
  /// It was told to abort, or its deadline has passed: what reaches it now, from another shard, is refused.
  [[nodiscard]] bool is_aborting() const { return aborting_; }
  /// There is work again, such as a connection that was on its way.
  void begin_work() { settled_ = false; }
  /// A piece of work has ended: tells the owner when it was the last one.
  void check_settled() noexcept;
  /// Whether a message that may come often is due: one a second is.
  [[nodiscard]] bool may_log() noexcept { return counters_.may_log(loop_.now()); }

  /// From any thread: has `message` delivered on the loop, which ends with `order_done`. Until then it has
  /// not settled.
  void order(async::Message& message) noexcept;
  void order_done() noexcept;

  /// Takes on no more, for good.
  virtual void close() noexcept = 0;
  /// Tells what is under way to end soon.
  virtual void drain_all() noexcept = 0;
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
  std::atomic<unsigned> orders_{0};  ///< on their way
  std::atomic<bool> settled_{false};
  async::MessageTo<ServerShard, &ServerShard::drain_ordered> drain_order_{*this};
  async::MessageTo<ServerShard, &ServerShard::abort_ordered> abort_order_{*this};
  async::MessageTo<ServerShard, &ServerShard::go_ordered> go_order_{*this};
  async::TimerOf<ServerShard, &ServerShard::deadline> drain_timer_{*this};
};

}  // namespace mastic::net
