// The threads of loops: those that drive them, those in reserve, and those for code that blocks.

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

/// One pool of threads. Each drives a loop, stands in reserve, or runs work that may block.
///
///     reserve ──a driver is stuck──> drives ──its handler is stuck──> away ──it returns──> reserve
///        │ ▲                           └────────the loop ends──────────────────────────────┘
///        └─┴── works, one piece after another
///
/// When the watch finds a driver inside the same user code twice, or when that says itself that it
/// will wait (BlockingScope), a thread in reserve takes its loop over. Work runs beside the loops,
/// on at most `workers` threads, those that are away included. A server whose handlers hold threads for
/// long adds as many as they may hold (ADR 0028).
///
/// 1. There are at most loops + reserve + workers threads, those left out that were written off,
///    and one more for each that is away in a job which its loop ran on trust: a few dozen of these.
/// 2. The reserve never runs work, so there is somebody to take a loop over, until more drivers are
///    away than there are workers.
/// 3. It is short once it could not stand in for every loop at once with one thread left. Then
///    loops run only what is known to be quick, so the last thread is for that (ADR 0017).
/// 4. A thread that computes, in a handler that is away or works, runs in long turns and so comes late
///    to them: whoever only wakes for a moment, as loops do, comes first.
/// 5. No piece of work is lost: it runs, is withdrawn by whoever submitted it, or was refused.
class Scheduler final : public async::BlockingExecutor, private LoopKeeper {
 public:
  enum class HandOff : std::uint8_t {
    WhenStuck,
    Always,  ///< at every job: for tests
    Never,   ///< loops are pinned to their threads
  };
  struct Options {
    std::uint64_t workers = 64;       ///< 0: nothing is run but loops
    std::uint64_t reserve = 2;        ///< 0: workers that happen to be idle take loops over, and
                                      ///< loops run whatever there is
    std::uint64_t max_queued = 1024;  ///< pieces of work that wait; one more is refused
    HandOff hand_off = HandOff::WhenStuck;
  };

  Scheduler();
  /// `kernel` must outlive it.
  explicit Scheduler(const Options& options, base::Kernel& kernel = base::system_kernel());
  /// Requires: every loop was stopped, or will be by another thread, and no work is queued.
  ~Scheduler() override;

  /// How many threads of this process can run at a time: the cores of the machine that it may run on, or fewer when its
  /// control group says so; at least 1.
  [[nodiscard]] static unsigned cores(base::Kernel& kernel);

  /// Has a thread drive `loop` until that is stopped. From here on this is the loop's blocking executor. Throws
  /// std::system_error when the system has no thread for it; then nothing drives it.
  void start(Loop& loop);
  /// Until all loops have ended, and all threads but those that were written off, or that have not
  /// returned ten seconds later. Returns how many these are. They may still use whatever they were given, this object too, which must not be
  /// destroyed then: the end of the process ends them.
  std::uint64_t join();

  /// From any thread: lets `count` more threads work at once, for a server whose handlers may hold that
  /// many; takes them back when it has gone. Threads that are working then finish what they do.
  void add_workers(std::uint64_t count);
  void remove_workers(std::uint64_t count);

  /// Before `start`: called when the reserve is short, again while it stays so, with how many threads
  /// are held; on one of these threads, or that of the watch. It must neither block nor throw.
  void when_short(std::function<void(std::uint64_t held)> tell) { tell_ = std::move(tell); }

  // BlockingExecutor, from any thread.
  [[nodiscard]] bool submit(async::BlockingWork& work) override;
  [[nodiscard]] bool submit_begun(async::BlockingWork& work) override;
  [[nodiscard]] bool withdraw(async::BlockingWork& work) noexcept override;
  [[nodiscard]] bool has_reserve() const noexcept override {
    return reserve_ready_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool is_short() const noexcept override { return LoopKeeper::is_short(); }

  /// Writes off a thread that works, or is away, `since` then or before: it counts no more, runs at
  /// idle priority, and ends should it ever return. False when it has come back meanwhile.
  bool write_off(int thread, base::Instant since) noexcept;

  // What it is doing, for people.
  struct ThreadStatus {
    int thread = 0;
    ThreadRole role = ThreadRole::Reserve;
    const Loop* loop = nullptr;  ///< that it drives, or has lost
    base::Instant since{};       ///< it has this role, or runs this piece of work
  };
  struct Status {
    std::vector<ThreadStatus> threads;
    std::uint64_t workers = 0;  ///< as configured, with those that were added
    std::uint64_t busy = 0;     ///< that work or are away
    std::uint64_t queued = 0;
    base::Duration oldest{};  ///< how long the first of these waits
    std::uint64_t done = 0;   ///< pieces of work, since the beginning
    std::uint64_t refused = 0;
    std::uint64_t hand_offs = 0;
    std::uint64_t lost = 0;  ///< threads written off that have not returned
  };
  [[nodiscard]] Status status() const;
  /// The `lost` of that alone, which takes no memory.
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

  // These have the lock.
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
  std::vector<Member*> reserve_;  ///< the one that came last is taken first
  threads::WorkQueue queue_;
  std::vector<Driven> driven_;
  std::uint64_t workers_;      ///< how many threads may work at once
  std::uint64_t counted_ = 0;  ///< members, but for those written off and those that end
  std::uint64_t busy_ = 0;
  std::uint64_t coming_ = 0;  ///< of those that work: have not taken their first piece yet
  std::uint64_t done_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t hand_offs_ = 0;
  std::uint64_t lost_ = 0;
  bool ending_ = false;
  std::uint64_t on_trust_ = 0;          ///< of those that are away: in a job that was run on trust
  std::uint64_t max_given_ = kNoLimit;  ///< in reserve, by a system that has no more threads
  std::atomic<bool> reserve_ready_{false};  ///< or nobody can take a loop over anyway
  std::function<void(std::uint64_t)> tell_;
  base::Instant told_{};
  int looks_ = 0;  ///< of the watch, since it last looked for threads that compute
  StallMonitor stall_monitor_;
};

}  // namespace mastic::loop
