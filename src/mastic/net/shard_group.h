// The shards of one server: how they start, drain and end together.

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

/// A server, as the group of its shards sees it. Called on one of the loops.
class ShardGroupOwner {
 public:
  /// Called once, when no shard takes on work any more: the server closes what the shards shared,
  /// such as its listeners. The group's mutex is held, so the server must not call the group here.
  virtual void all_closed() noexcept = 0;
  /// Called when all shards have settled. Returns whether the server is over. If not, the server
  /// asks whatever is left to end, and `may_end` is called again when a shard settles once more.
  /// The group's mutex is held, so the server must not call the group here.
  [[nodiscard]] virtual bool may_end() noexcept { return true; }
  /// Called once, when the server is over.
  virtual void ended() noexcept {}

 protected:
  ~ShardGroupOwner() = default;
};

/// The shards of a server. There is one on each loop of a Runtime, which the server owns or shares
/// with other servers, or a single shard on a loop that the caller drives.
///
///     group.stand_on(runtime);
///     for (loop::Loop* loop : group.loops()) group.add(std::make_unique<...>(*loop, ...));
///     group.begin([&] { ... });     // all shards exist before the first one accepts
///     ...
///     group.drain();                // from any thread
///     group.wait();
///     group.end();                  // the server's destructor calls these three, in this order
///     group.wait();
///     group.destroy();
///
/// The server is over when all shards have settled and nothing is on its way from one shard to
/// another. From `drain` on, the group allocates nothing, so a server can end even when no memory
/// is left.
///
/// `drain`, `abort` and `is_over` may be called from any thread, all other members from the thread
/// that made the group.
class ShardGroup final : private ServerShardOwner {
 public:
  /// `owner` must outlive the group.
  explicit ShardGroup(ShardGroupOwner& owner) : owner_(owner) {}
  /// Requires: `destroy` was called, or no shard was added.
  ~ShardGroup();
  ShardGroup(const ShardGroup&) = delete;
  ShardGroup& operator=(const ShardGroup&) = delete;

  // On which loops the server runs: call one of these, once.

  /// Opens a runtime of the server's own. Fails when the kernel has no descriptors left. `log` and
  /// `kernel` must outlive the group.
  [[nodiscard]] base::Result<void> open_runtime(const loop::Options& options, base::Log& log,
                                                base::Kernel& kernel);
  /// Uses the loops of `runtime`, which must outlive the group. The runtime may or may not be
  /// driven yet.
  void stand_on(loop::Runtime& runtime);
  /// Uses `loop`, which the caller drives and which must outlive the group.
  void stand_on(loop::Loop& loop);

  /// The loops that the server runs on.
  [[nodiscard]] std::span<loop::Loop* const> loops() const { return loops_; }
  /// The runtime that the server runs on, or null when it runs on a single loop.
  [[nodiscard]] loop::Runtime* runtime() const { return runtime_; }

  /// Adds the shard of the next loop. Call this for each loop, in their order, before `begin`.
  /// Throws std::bad_alloc.
  template <class Shard>
  Shard& add(std::unique_ptr<Shard> shard) {
    Shard& added = *shard;
    add_shard(std::move(shard));
    return added;
  }
  /// Starts the server's own runtime, if it has one, and calls `begin_shards`, which has the shards
  /// take on work (by `call`) and may throw std::bad_alloc. Fails if the runtime cannot start, or
  /// `begin_shards` fails or throws; then the shards that have begun are aborted.
  [[nodiscard]] base::Result<void> begin(const std::function<base::Result<void>()>& begin_shards);
  /// Runs `work()` on the loop of `shard`, waits for it, and returns its result, as Runtime::call
  /// does.
  template <class Work>
  auto call(const ServerShard& shard, Work work) -> decltype(work()) {
    return runtime_ != nullptr ? runtime_->call(shard.loop(), std::move(work)) : work();
  }

  /// Begins to drain all shards, and returns at once. A call before `begin` has returned takes
  /// effect when `begin` returns.
  void drain() { ask_to_end(Ending::Gently); }
  /// Begins to abort all shards, and returns at once.
  void abort() { ask_to_end(Ending::AtOnce); }
  /// Whether the server is over.
  [[nodiscard]] bool is_over() const;
  /// Waits until the server is over, and ends the server's own runtime, if it has one. Returns at
  /// once if the server never began. Must not be called by a thread that drives one of the loops.
  /// Returns how many threads of the runtime are lost to code that does not return
  /// (Scheduler::join).
  std::uint64_t wait();

  /// Drains the server. On a runtime that no thread drives, aborts the server instead, and runs
  /// turns of the loops on the calling thread until the server is over.
  void end();
  /// Destroys the shards on their loops, after all objects that the shards have retired there.
  /// Requires: the server is over, or never began.
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
  loop::Runtime* runtime_ = nullptr;  ///< own or shared; null on a single loop
  std::vector<loop::Loop*> loops_;
  std::vector<std::unique_ptr<ServerShard>> shards_;

  mutable std::mutex mutex_;  ///< guards the members below
  std::condition_variable changed_;
  std::size_t open_ = 0;   ///< shards that still take on work
  std::size_t going_ = 0;  ///< shards that are being destroyed
  bool has_begun_ = false;
  Ending asked_ = Ending::No;  ///< what the server was asked for
  Ending told_ = Ending::No;   ///< what the shards were told
  bool has_settled_ = false;   ///< all shards have settled; `ended` is called once
  bool is_over_ = false;
};

}  // namespace mastic::net
