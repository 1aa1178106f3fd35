// The event loop: readiness from epoll, transfer in batches, timers, messages from other threads,
// and the jobs that run user code.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "mastic/async/blocking_executor.h"
#include "mastic/async/executor.h"
#include "mastic/async/job.h"
#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"
#include "mastic/loop/driver.h"
#include "mastic/loop/inbox.h"
#include "mastic/loop/loop_ownership.h"
#include "mastic/loop/outbox.h"
#include "mastic/loop/source.h"
#include "mastic/loop/source_table.h"
#include "mastic/loop/timer_wheel.h"
#include "mastic/loop/transfer.h"
#include "mastic/loop/turn_end.h"

namespace mastic::loop {

class Disk;
class Loop;
class LoopLocal;

/// Supervises the drivers of loops. A Scheduler is a LoopKeeper.
class LoopKeeper {
 public:
  /// A driver calls this on its own thread just before it enters user code. `token` names this
  /// entry and may be passed to Loop::take.
  virtual void entered(Loop& loop, std::uint64_t token) noexcept = 0;
  /// True while too few threads stand by to take over stuck loops. Loops then run only jobs that
  /// are known to be quick (ADR 0017). May be called from any thread.
  [[nodiscard]] bool is_short() const noexcept { return short_.load(std::memory_order_relaxed); }

 protected:
  ~LoopKeeper() = default;
  void set_short(bool is_so) noexcept { short_.store(is_so, std::memory_order_relaxed); }

 private:
  std::atomic<bool> short_{false};
};

/// A loop belongs to the thread that drives it, and may change threads at any job (ADR 0001).
///
/// A turn runs the jobs that are waiting, sends what they wrote, waits for readiness and messages,
/// receives from all sockets that are ready, expires timers, runs the jobs that resulted, and sends
/// again. Before each send it calls the listeners that asked for the end of the turn (turn_end.h).
///
/// When timers are more than a tenth of a second late, the process was stopped, suspended or
/// starved. Bytes that arrived in the meantime were in time, so no deadline may fire before these
/// bytes are read: the timers wait until a poll finds nothing more, or until every source has been
/// polled.
///
/// 1. User code is entered in one place, `run_jobs`, with nothing of the loop on the stack.
/// 2. All state of a loop is in its members; a driver keeps no state of the loop.
/// 3. A driver whose `turn` returned Lost must not touch the loop again.
/// 4. No operation of the kernel is in flight when a turn waits, returns or enters user code.
///
/// Only the driver may call members of a loop, and only outside of user code. The exceptions are
/// listed under "From any thread".
class Loop final : public async::Executor {
 public:
  /// Opens a loop that moves bytes by `transfer`. Fails when the kernel has no descriptors or no
  /// memory left. `kernel` must outlive the loop.
  [[nodiscard]] static base::Result<std::unique_ptr<Loop>> open(base::Kernel& kernel,
                                                                TransferKind transfer);
  /// Opens a loop that moves bytes by the caller's `transfer`, which was made for `kernel`. Fails
  /// when the kernel has no descriptors or no memory left. `kernel` must outlive the loop.
  [[nodiscard]] static base::Result<std::unique_ptr<Loop>> open(base::Kernel& kernel,
                                                                std::unique_ptr<Transfer> transfer);
  ~Loop() override;

  /// Whether the caller still drives the loop after a turn, or has lost the loop to another thread.
  enum class Turn { Kept, Lost };
  /// Runs one turn and waits in it for at most `longest_wait`. Returns Lost if another thread has
  /// taken the loop over during the turn.
  Turn turn(base::Duration longest_wait);
  /// Runs turns until `stop` is called or the loop is lost. `driver` describes the calling thread
  /// and must live until this call returns.
  [[gnu::noinline]] Turn drive(Driver& driver);  // noinline: profiles and stacks show its name
  /// Runs turns until `stop` is called or the loop is lost, on a thread that has no Driver.
  Turn drive() { return drive(unnamed_driver_); }
  /// A descriptor that is readable when a turn has something to do, for driving this loop from
  /// another event loop. The loop keeps ownership of the descriptor.
  [[nodiscard]] int poll_fd() const { return epoll_.fd(); }
  /// When the next timer needs a turn, even if `poll_fd` is not readable; nullopt without a timer.
  [[nodiscard]] std::optional<base::Instant> next_timer() const { return timers_.next_advance(); }
  /// Whether jobs wait for the next turn, which therefore does not wait for anything else.
  [[nodiscard]] bool has_jobs() const { return !jobs_.empty(); }

  // From any thread.

  /// Has the loop deliver `message` in one of its next turns. `message` must live until then.
  void post(async::Message& message) override;
  /// Makes `drive` return after the current turn.
  void stop();
  /// A number that identifies what the driver is doing now (LoopOwnership). When a later call
  /// returns the same number, the driver has been doing the same thing all along.
  [[nodiscard]] std::uint64_t look() const { return ownership_.look(); }
  /// Whether jobs have held the driver for more than 50 ms and no other thread has taken the loop
  /// over. A loop that is stuck should be given nothing new.
  [[nodiscard]] bool is_stuck(base::Instant now) const {
    const base::Instant since = in_jobs_since_.load(std::memory_order_relaxed);
    return since != kNotInJobs && now - since > kStuckAfter;
  }
  /// Takes the loop from its driver, if the driver is still inside the user code that it was in
  /// when `look` returned `seen`. Returns true if the loop was taken: then the caller has to drive
  /// the loop, or have another thread drive it. Otherwise returns false and changes nothing.
  [[nodiscard]] bool take(std::uint64_t seen);
  /// Whether the current job, or the last job while none is running, was run only because it is
  /// known to be quick.
  [[nodiscard]] bool runs_on_trust() const { return on_trust_.load(std::memory_order_relaxed); }

  // Before the loop is driven.

  /// Sets who supervises the drivers, and which threads run code that may block. Both must outlive
  /// the call of `drive`.
  void keep_by(LoopKeeper& keeper, async::BlockingExecutor& blocking_executor) {
    keeper_ = &keeper;
    blocking_executor_ = &blocking_executor;
  }

  /// Sets the disk that decides where files are read. The disk must outlive the call of `drive`.
  /// Without a disk, files are read on the loop.
  void read_by(Disk& disk) { disk_ = &disk; }

  /// Binds the loop to its thread: from now on `take` always fails.
  void pin() { pinned_ = true; }

  // Executor.
  [[nodiscard]] async::BlockingExecutor& blocking_executor() override {
    return *blocking_executor_;
  }
  [[nodiscard]] async::BlockingExecutor& disk_executor() override;
  [[nodiscard]] base::Instant now() const override { return now_; }
  void enqueue(async::Job& job) override { jobs_.push_back(job); }
  void enqueue_first(async::Job& job) override { jobs_.push_front(job); }
  void arm(async::Timer& timer, base::Instant due) override { timers_.arm(timer, due); }

  // Descriptors.

  /// Has `source.ready` called while the descriptor is ready for what is `wanted`. Fails when the
  /// kernel refuses or no memory is left. Requires: `source` is not watched.
  [[nodiscard]] base::Result<void> watch(Source& source, Readiness wanted);
  /// Watches, for reading, a descriptor that other loops watch too. Each event wakes at least one
  /// of these loops, and usually not all of them. Fails like `watch`.
  [[nodiscard]] base::Result<void> watch_shared(Source& source);
  /// Changes what is wanted of `source`. Fails when the kernel refuses. Requires: `source` is
  /// watched by `watch`, not by `watch_shared`.
  [[nodiscard]] base::Result<void> rewatch(Source& source, Readiness wanted);
  /// Ends the watch: `source.ready` is not called any more. Does nothing if `source` is not
  /// watched.
  void unwatch(Source& source) noexcept;
  /// Adds `socket`, which is readable, to this turn's batch of receives; `socket.received` is
  /// called with the result.
  void receive(Socket& socket) { receiving_.push_back(&socket); }
  /// What this loop has to send.
  [[nodiscard]] Outbox& outbox() { return outbox_; }
  /// Has `listener.turn_ends` called before this turn's writes are sent. `turn_ends` is called only
  /// once, even if this function is called several times in a turn.
  void tell_at_turn_end(TurnEndListener& listener) noexcept { turn_end_.add(listener); }
  /// Destroys `object` at the end of the turn, when nothing in the turn can refer to `object` any
  /// more. Objects are destroyed in the order in which they were retired.
  void retire(std::unique_ptr<Retirable> object) noexcept;
  /// Makes the loop the owner of `object` until the object is retired. Objects that the loop still
  /// owns at its end are destroyed with the loop.
  void keep(std::unique_ptr<LoopOwned> object) noexcept;

  /// The kernel that the loop was opened with.
  [[nodiscard]] base::Kernel& kernel() const { return kernel_; }
  /// The disk that was set by `read_by`, or null.
  [[nodiscard]] Disk* disk() const { return disk_; }

 private:
  friend class LoopLocal;
  class Wakeup;
  struct Stop final : async::Message {
    void deliver() noexcept override { delivered = true; }
    bool delivered = false;
    std::atomic<bool> posted{false};
  };
  static constexpr std::size_t kMaxEvents = 128;
  static constexpr std::size_t kMaxReceives = 64;
  /// About 1 MiB for each loop, shared by the receives of a batch. Each receive gets at least 16
  /// KiB and 192 bytes: with a power of two, all buffers would begin in the same sets of the CPU's
  /// cache.
  static constexpr std::size_t kReceiveBytes = kMaxReceives * ((16 << 10) + 192);
  static constexpr std::size_t kMaxShare = 256 << 10;
  static constexpr int kMaxJobs = 1024;  ///< in one run_jobs, so that I/O and timers get their turn
  /// When timers are later than this, the process was held up.
  static constexpr base::Duration kLate = std::chrono::milliseconds(100);
  static constexpr base::Duration kStuckAfter = std::chrono::milliseconds(50);
  static constexpr base::Instant kNotInJobs = base::Instant::max();

  Loop(base::Kernel& kernel, std::unique_ptr<Transfer> transfer, base::Descriptor epoll);

  void adopt();
  [[nodiscard]] Turn run_jobs();
  [[nodiscard]] bool enter_or_pass_on(async::Job& job) noexcept;
  void flush();
  void destroy_retired() noexcept;
  [[nodiscard]] base::Duration time_to_wait(base::Duration longest_wait) const;
  [[nodiscard]] int look_for_events(base::Duration longest_wait);
  [[nodiscard]] bool are_timers_late() const;
  [[nodiscard]] bool may_expire_timers(int events);
  void receive_all();
  void receive_batch(std::span<Socket*> sockets);
  void deliver_messages();
  [[nodiscard]] base::Result<void> add(Source& source, std::uint32_t events);
  [[nodiscard]] int control(int operation, const Source& source, std::uint32_t events) noexcept;

  base::Kernel& kernel_;
  std::unique_ptr<Transfer> transfer_;
  base::Descriptor epoll_;
  std::unique_ptr<Wakeup> wakeup_;
  SourceTable sources_;
  base::Instant now_;
  TimerWheel timers_;
  async::MessageQueue jobs_;
  TurnEnd turn_end_;
  Outbox outbox_;
  std::vector<Socket*> receiving_;
  std::vector<Socket*> receiving_now_;
  std::unique_ptr<char[]> receive_buffer_;
  Retirable* retired_ = nullptr;
  Retirable** retired_end_ = &retired_;
  LoopOwned* kept_ = nullptr;
  std::unique_ptr<LoopLocal> locals_;  ///< the first of a list (loop_local.h)
  Stop stop_;
  bool pinned_ = false;
  std::size_t looks_left_ = 0;  ///< polls until late timers expire even while events keep arriving
  LoopKeeper* keeper_ = nullptr;
  async::BlockingExecutor* blocking_executor_ = &async::inline_blocking_executor();
  Disk* disk_ = nullptr;
  Driver unnamed_driver_;
  Driver* driver_ = &unnamed_driver_;
  async::Job* running_ = nullptr;      ///< the job that the driver runs, while in user code
  async::Job* left_behind_ = nullptr;  ///< the job that still runs on the previous driver
  int left_on_ = 0;                    ///< the thread number of the previous driver
  std::atomic<base::Instant> in_jobs_since_{kNotInJobs};
  Inbox inbox_;
  std::atomic<bool> on_trust_{false};
  LoopOwnership ownership_;
};

}  // namespace mastic::loop
