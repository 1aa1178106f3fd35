// The threads of loops: those that drive loops, those in reserve, and those for code that blocks.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "mastic/async/blocking_executor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/server_status.h"
#include "mastic/base/units.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/stall_monitor.h"
#include "mastic/threads/blocking_scope.h"
#include "mastic/threads/work_queue.h"

namespace mastic::loop {

using base::ThreadRole;

/// One pool of threads. Each thread drives a loop, stands in reserve, or runs work that may block.
///
///     reserve ──a driver is stuck──> drives ──its handler is stuck──> away ──it returns──> reserve
///        │ ▲                           └────────the loop ends──────────────────────────────┘
///        └─┴── works, one piece after another
///
/// A thread in reserve takes a loop over when the StallMonitor finds the loop's driver inside the
/// same piece of user code twice, or when the user code announces that it will wait
/// (BlockingScope). The previous driver is then *away* until its handler returns. Work runs beside
/// the loops, on at most `workers` threads; threads that are away count as workers. A server whose
/// handlers hold threads for long adds as many workers as its handlers may hold (ADR 0028).
///
/// 1. There are at most loops + reserve + workers threads, plus one for each thread that is away in
///    a job which its loop ran on trust (at most 64). Threads that were written off do not count.
/// 2. Work leaves `reserve` threads idle, so loops can be taken over until more drivers are away
///    than there are workers. Only when the system gives no thread, and no thread is busy, does a
///    thread of the reserve run work.
/// 3. The reserve is short when it could not take over all loops at once and still have a thread
///    left. While the reserve is short, loops run only jobs that are known to be quick, which keeps
///    the last thread free (ADR 0017).
/// 4. A thread that computes, whether it is away or works, is given long time slices and is
///    therefore scheduled after threads that wake only for a moment, as loops do.
/// 5. No piece of work is lost: each piece runs, is withdrawn by its submitter, or is refused.
class Scheduler final : public async::BlockingExecutor, private LoopKeeper {
 public:
  /// When a loop is taken over by another thread.
  enum class HandOff : std::uint8_t {
    WhenStuck,  ///< when user code holds the driver for a millisecond or two
    Always,     ///< at every job: for tests
    Never,      ///< loops are pinned to their threads
  };
  struct Options {
    /// Maximum number of threads for handlers that block. Beyond it: such handlers wait in a queue.
    /// The threads are created when they are needed.
    ///
    /// With 0, all work is refused, and only loops run.
    std::uint64_t workers = 64;
    /// Number of spare threads that take over a loop when a handler holds its thread; 0 means none,
    /// any other number is raised to at least one more than there are loops. When too few are free:
    /// only handlers that have always been quick run at once; the others wait for a thread.
    ///
    /// With 0, only workers that happen to be idle take loops over, and loops run every job.
    /// loop::Options::threads_here raises the number.
    std::uint64_t reserve = 2;
    /// Maximum number of handlers that wait because all `workers` are busy. Beyond it: 503 with
    /// Retry-After.
    std::uint64_t max_queued = 1024;
    /// When a loop is given to another thread: once a handler has held it for a millisecond or two
    /// (stuck), at every handler (always, for tests), or never.
    HandOff hand_off = HandOff::WhenStuck;
  };

  Scheduler();
  /// `kernel` must outlive the scheduler.
  explicit Scheduler(const Options& options, base::Kernel& kernel = base::system_kernel());
  /// Joins the threads. Requires: every loop has been stopped, or another thread will stop it, and
  /// no work is queued.
  ~Scheduler() override;

  /// How many threads of this process can run at a time: the cores of the machine that the process
  /// may run on, or fewer if its control group limits it (cpu.max); at least 1.
  [[nodiscard]] static unsigned cores(base::Kernel& kernel);

  /// Has a thread drive `loop` until the loop is stopped, and becomes the loop's blocking executor.
  /// `loop` must live until `join` returns. Throws std::system_error when the system has no thread;
  /// then the loop is not driven.
  void start(Loop& loop);
  /// Waits until all loops have ended, and then up to ten seconds for the threads. Returns how many
  /// threads are lost: they were written off, or are still in user code. Lost threads may still use
  /// all that they were given, this object included. So unless the result is 0, this object must
  /// not be destroyed; the lost threads end with the process.
  std::uint64_t join();

  /// Allows `count` more threads to run work at a time, for a server whose handlers may hold that
  /// many threads. May be called from any thread.
  void add_workers(std::uint64_t count);
  /// Takes back what `add_workers` allowed. Work that is running is not interrupted. May be called
  /// from any thread.
  void remove_workers(std::uint64_t count);

  /// Sets a function that is called when the reserve becomes short, and about every ten seconds
  /// while the reserve stays short, with the number of threads that are held. The function is
  /// called on a thread of the pool or on the thread of the StallMonitor, and must neither block
  /// nor throw. Call this before `start`.
  void when_short(std::function<void(std::uint64_t held)> tell) { tell_ = std::move(tell); }

  // BlockingExecutor, from any thread.
  [[nodiscard]] bool submit(async::BlockingWork& work) override;
  [[nodiscard]] bool submit_begun(async::BlockingWork& work) override;
  [[nodiscard]] bool withdraw(async::BlockingWork& work) noexcept override;
  [[nodiscard]] bool has_reserve() const noexcept override {
    return reserve_ready_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool is_short() const noexcept override { return LoopKeeper::is_short(); }

  /// Writes off the thread with the kernel's thread id `thread`, which has been in the same user
  /// code since `since` or longer. The thread no longer counts, runs at idle priority, and ends if
  /// its user code ever returns. Returns false, and changes nothing, if the user code has returned
  /// already.
  bool write_off(int thread, base::Instant since) noexcept;

  // What the pool is doing, for people.

  /// What one thread is doing.
  struct ThreadStatus {
    int thread = 0;  ///< the kernel's thread id
    ThreadRole role = ThreadRole::Reserve;
    const Loop* loop = nullptr;  ///< the loop that the thread drives, or has lost
    base::Instant since{};       ///< when it took this role, or began this piece of work
  };
  /// What all threads are doing, and counts since the start.
  struct Status {
    std::vector<ThreadStatus> threads;
    std::uint64_t workers = 0;    ///< configured workers and those that were added
    std::uint64_t busy = 0;       ///< threads that work or are away
    std::uint64_t queued = 0;     ///< pieces of work that wait
    base::Duration oldest{};      ///< how long the oldest of these pieces has waited
    std::uint64_t done = 0;       ///< pieces of work that have run
    std::uint64_t refused = 0;    ///< pieces of work that were refused
    std::uint64_t hand_offs = 0;  ///< how often a loop was taken over
    std::uint64_t lost = 0;       ///< threads that were written off and have not returned
  };
  /// Returns a snapshot. May be called from any thread. Throws std::bad_alloc.
  [[nodiscard]] Status status() const;
  /// Returns `status().lost` without allocating memory.
  [[nodiscard]] std::uint64_t lost_threads() const;

 private:
  class Member;
  struct Driven {
    Loop* loop;
    Member* driver;
  };
  using Lock = std::unique_lock<std::mutex>;
  static constexpr std::uint64_t kNoLimit = static_cast<std::uint64_t>(-1);

  void entered(Loop& loop, std::uint64_t token) noexcept override;
  void hand_over(Loop& loop, std::uint64_t seen) noexcept;

  // These require that `mutex_` is held.
  void give_to_reserve(Loop& loop, std::uint64_t seen) noexcept;
  [[nodiscard]] bool enqueue(async::BlockingWork& work);
  [[nodiscard]] std::uint64_t max_threads(ThreadRole next) const noexcept;
  [[nodiscard]] bool is_time_to_tell() noexcept;
  void look_for_computing() noexcept;
  void set_long_turns(Member& member, bool are_long) noexcept;
  [[nodiscard]] Member* add_thread(ThreadRole role) noexcept;
  void set_role(Member& member, ThreadRole role) noexcept;
  void stand_by(Member& member) noexcept;
  [[nodiscard]] Member* call_reserve() noexcept;
  void fill_reserve() noexcept;
  void start_work() noexcept;
  void note_reserve() noexcept;
  void drive(Member& member, Lock& lock);
  void work(Member& member, Lock& lock);
  void wait_for_role(Member& member, Lock& lock);
  void lose(Member& member) noexcept;
  void come_back(Member& member) noexcept;

  const Options options_;
  base::Kernel& kernel_;
  mutable std::mutex mutex_;
  std::condition_variable loop_ended_;
  std::list<std::unique_ptr<Member>> members_;
  std::vector<Member*> reserve_;  ///< a stack: the thread that came last is taken first
  threads::WorkQueue queue_;
  std::vector<Driven> driven_;
  std::uint64_t workers_;      ///< how many threads may work at once
  std::uint64_t counted_ = 0;  ///< members, except those that were written off or are ending
  std::uint64_t busy_ = 0;     ///< threads that work or are away
  std::uint64_t coming_ = 0;   ///< working threads that have not taken their first piece yet
  std::uint64_t done_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t hand_offs_ = 0;
  std::uint64_t lost_ = 0;
  bool ending_ = false;
  std::uint64_t on_trust_ = 0;          ///< threads that are away in a job that was run on trust
  std::uint64_t max_given_ = kNoLimit;  ///< size of the reserve when the system had no more threads
  std::atomic<bool> reserve_ready_{false};  ///< also true when no loop is ever to be taken over
  std::function<void(std::uint64_t)> tell_;
  base::Instant told_{};
  int looks_ = 0;  ///< ticks of the StallMonitor since the last search for threads that compute
  StallMonitor stall_monitor_;
};

}  // namespace mastic::loop
