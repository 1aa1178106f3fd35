// One loop of a server, as its server sees it.

#pragma once

#include <atomic>

#include "mastic/async/callbacks.h"
#include "mastic/base/log.h"
#include "mastic/loop/loop.h"

namespace mastic::net {

class ServerShard;

class ServerShardOwner {
 public:
  /// On the shard's loop, once: it takes no more on.
  virtual void shard_closed() noexcept = 0;
  /// On the shard's loop, perhaps several times: after a drain nothing is left of it.
  virtual void shard_settled() noexcept = 0;

 protected:
  ~ServerShardOwner() = default;
};

/// Belongs to its loop, but for what says otherwise. Takes on work until it is drained, and has
/// settled when nothing of it is left.
class ServerShard {
 public:
  ServerShard(loop::Loop& loop, base::Log& log, base::Duration drain_timeout,
              ServerShardOwner& owner)
      : loop_(loop), log_(log), drain_timeout_(drain_timeout), owner_(owner) {}
  virtual ~ServerShard() = default;
  ServerShard(const ServerShard&) = delete;
  ServerShard& operator=(const ServerShard&) = delete;

  // From any thread, while it has not settled.
  void order_drain() { order(drain_order_); }
  void order_abort() { order(abort_order_); }
  /// From any thread: drained, nothing left, and no order on its way.
  [[nodiscard]] bool is_settled() const { return settled_.load(); }

  [[nodiscard]] loop::Loop& loop() { return loop_; }
  [[nodiscard]] base::Log& log() { return log_; }

 protected:
  [[nodiscard]] bool is_draining() const { return draining_; }
  /// There is work again, such as a connection that was on its way.
  void begin_work() { settled_ = false; }
  /// A piece of work has ended.
  void check_settled() noexcept;
  /// Whether a message that may come often is due: one a second is.
  [[nodiscard]] bool may_log() noexcept;

  /// Takes on no more, for good.
  virtual void close() noexcept = 0;
  /// Tells what is under way to end soon.
  virtual void drain_all() noexcept = 0;
  virtual void abort_all() noexcept = 0;
  [[nodiscard]] virtual bool is_empty() const noexcept = 0;

 private:
  void order(async::Message& message);
  void drain() noexcept;
  void abort() noexcept;
  void deadline() noexcept;

  loop::Loop& loop_;
  base::Log& log_;
  const base::Duration drain_timeout_;
  ServerShardOwner& owner_;
  bool draining_ = false;
  base::Instant logged_{};
  std::atomic<unsigned> orders_{0};  ///< on their way
  std::atomic<bool> settled_{false};
  async::MessageTo<ServerShard, &ServerShard::drain> drain_order_{*this};
  async::MessageTo<ServerShard, &ServerShard::abort> abort_order_{*this};
  async::TimerOf<ServerShard, &ServerShard::deadline> drain_timer_{*this};
};

}  // namespace mastic::net
