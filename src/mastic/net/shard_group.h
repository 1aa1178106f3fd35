// The shards of one server, from their beginning to their end.

#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "mastic/base/kernel.h"
#include "mastic/base/log.h"
#include "mastic/base/result.h"
#include "mastic/loop/options.h"
#include "mastic/loop/runtime.h"
#include "mastic/net/server_shard.h"

namespace mastic::net {

/// The server, as its shards see it. Called on one of their loops.
class ShardGroupOwner {
 public:
  /// Once: no shard takes more on, so it lets go of what they shared, its listeners. It must not call the
  /// group here, whose mutex is held.
  virtual void all_closed() noexcept = 0;
  /// Nothing is left of any shard: whether the server is over. If not, it tells what is left to end, and
  /// is asked again when a shard settles once more. It must not call the group here, whose mutex is held.
  [[nodiscard]] virtual bool may_end() noexcept { return true; }
  /// Once: it is over.
  virtual void ended() noexcept {}

 protected:
  ~ShardGroupOwner() = default;
};

/// What every server has: shards, one on each loop of a Runtime, which is its own or shared with other
/// servers, or one shard on a loop that somebody else drives.
///
///     group.stand_on(runtime);
///     for (loop::Loop* loop : group.loops()) group.add(std::make_unique<...>(*loop, ...));
///     group.begin([&] { ... });     // all are there, and know each other, before the first one accepts
///     ...
///     group.drain();                // from any thread
///     group.wait();
///     group.end();                  // in the destructor of the server: these three, in this order
///     group.wait();
///     group.destroy();
///
/// It is over when all shards have settled and nothing is on its way from one to another. From `drain`
/// on nothing here takes memory, so a server can end without any.
///
/// `drain`, `abort` and `is_over` may be called from any thread, the rest from the one that made it.
class ShardGroup final : private ServerShardOwner {
 public:
  /// `owner` must outlive it.
  explicit ShardGroup(ShardGroupOwner& owner) : owner_(owner) {}
  /// Requires: the shards were destroyed, or there are none.
  ~ShardGroup();
  ShardGroup(const ShardGroup&) = delete;
  ShardGroup& operator=(const ShardGroup&) = delete;

  // Where it stands: one of these, once.

  /// On loops and threads of its own. Fails when the kernel has no descriptors left.
  [[nodiscard]] base::Result<void> open_runtime(const loop::Options& options, base::Log& log,
                                                base::Kernel& kernel);
  /// On those of `runtime`, which must outlive it, and may be driven already or not yet.
  void stand_on(loop::Runtime& runtime);
  /// On `loop`, which must outlive it.
  void stand_on(loop::Loop& loop);

  [[nodiscard]] std::span<loop::Loop* const> loops() const { return loops_; }
  /// Null on a loop that somebody else drives.
  [[nodiscard]] loop::Runtime* runtime() const { return runtime_; }

  /// Before `begin`: one for each of the loops. Throws std::bad_alloc.
  template <class Shard>
  Shard& add(std::unique_ptr<Shard> shard) {
    Shard& added = *shard;
    add_shard(std::move(shard));
    return added;
  }
  /// Has loops of its own driven, then calls `begin_shards`, which has shards take on work by `call`; it
  /// may throw std::bad_alloc. After a failure what has begun ends.
  [[nodiscard]] base::Result<void> begin(const std::function<base::Result<void>()>& begin_shards);
  /// Does `work()` where a shard belongs, and returns what it does: see Runtime::call.
  template <class Work>
  auto call(const ServerShard& shard, Work work) -> decltype(work()) {
    return runtime_ != nullptr ? runtime_->call(shard.loop(), std::move(work)) : work();
  }

  /// Stops gently. Returns at once. Before `begin` has returned it is remembered.
  void drain() { ask_to_end(Ending::Gently); }
  /// Stops at once.
  void abort() { ask_to_end(Ending::AtOnce); }
  [[nodiscard]] bool is_over() const;
  /// Until it is over; returns at once when it never began. Ends loops of its own. Not for a thread that
  /// drives one of the loops. Returns how many threads are lost to code that does not return, on the
  /// whole runtime.
  std::uint64_t wait();

  /// Drains it. On a runtime that is not driven it aborts instead, turns the loops itself, and is over when
  /// this returns.
  void end();
  /// Destroys the shards on their loops, after all that they had retired there. Requires: it is over, or
  /// never began.
  void destroy();

 private:
  enum class Ending : std::uint8_t { No, Gently, AtOnce };

  // ServerShardOwner.
  void shard_closed() noexcept override;
  void shard_settled() noexcept override;
  void shard_gone() noexcept override;

  void add_shard(std::unique_ptr<ServerShard> shard);
  void ask_to_end(Ending how);
  void order_end();
  [[nodiscard]] bool have_all_settled() const;
  [[nodiscard]] bool is_driven() const { return runtime_ != nullptr && runtime_->is_driven(); }

  ShardGroupOwner& owner_;
  std::unique_ptr<loop::Runtime> own_runtime_;
  loop::Runtime* runtime_ = nullptr;  ///< its own, that which it stands on, or none
  std::vector<loop::Loop*> loops_;
  std::vector<std::unique_ptr<ServerShard>> shards_;

  mutable std::mutex mutex_;  ///< of what follows
  std::condition_variable changed_;
  std::size_t open_ = 0;   ///< shards that may take more on
  std::size_t going_ = 0;  ///< shards that were told to go, and have not yet
  bool has_begun_ = false;
  Ending asked_ = Ending::No;
  Ending told_ = Ending::No;  ///< the shards
  bool has_settled_ = false;  ///< nothing is left, and the owner is about to be told
  bool is_over_ = false;
};

}  // namespace mastic::net
