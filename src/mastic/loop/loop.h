// The event loop: readiness from epoll, transfer in batches, timers, messages from other threads,
// and user code in brackets.

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

/// Whoever looks after the driver of a loop: told each time that this has entered user code, on its
/// thread.
class LoopKeeper {
 public:
  virtual void entered(Loop& loop, std::uint64_t token) noexcept = 0;
  /// From any thread: so few threads stand by to take a loop over that it is left to jobs which are
  /// known to be quick (ADR 0017).
  [[nodiscard]] bool is_short() const noexcept { return short_.load(std::memory_order_relaxed); }

 protected:
  ~LoopKeeper() = default;
  void set_short(bool is_so) noexcept { short_.store(is_so, std::memory_order_relaxed); }

 private:
  std::atomic<bool> short_{false};
};

/// A loop belongs to the thread that drives it, and may change threads at any job (ADR 0001).
///
/// One turn: run the jobs that are waiting, send what they wrote, wait for readiness and messages,
/// receive from all that are ready, expire timers, run the jobs that came of it, send again. Before it
/// sends, it tells those who gathered something that the turn ends.
///
/// Timers that are late by more than a tenth of a second say that the process was stopped,
/// suspended or starved. What had arrived by then arrived in time, so they rest until it was
/// received: until a look finds nothing more, or every source has had its turn.
///
/// 1. User code is entered in one place, `run_jobs`, with nothing of the loop on the stack.
/// 2. Everything of a loop is a member of it; no driver keeps any of it.
/// 3. A driver whose `turn` returned Lost touches the loop no more.
/// 4. No operation of the kernel is in flight when a turn waits, returns or enters user code.
///
/// Everything but `post`, `stop` and what looks at it or takes it from other threads belongs to the
/// driver, outside of user code.
class Loop final : public async::Executor {
 public:
  /// Fails when the kernel has no descriptors or no memory left.
  [[nodiscard]] static base::Result<std::unique_ptr<Loop>> open(base::Kernel& kernel,
                                                                TransferKind transfer);
  /// The same with a transfer of the caller's, made for `kernel`.
  [[nodiscard]] static base::Result<std::unique_ptr<Loop>> open(base::Kernel& kernel,
                                                                std::unique_ptr<Transfer> transfer);
  ~Loop() override;

  enum class Turn { Kept, Lost };
  /// One turn, waiting for at most `longest_wait`. Lost: another thread has the loop.
  Turn turn(base::Duration longest_wait);
  /// Turns until `stop` was called, or until the loop is lost. `driver` stands for the calling
  /// thread.
  [[gnu::noinline]] Turn drive(Driver& driver);  // its name stands in profiles and stacks
  Turn drive() { return drive(unnamed_driver_); }
  /// For driving it from another loop: readable when a turn has something to do.
  [[nodiscard]] int poll_fd() const { return epoll_.fd(); }
  /// And when a turn is due at the latest, whatever the descriptor says.
  [[nodiscard]] std::optional<base::Instant> next_timer() const { return timers_.next_advance(); }

  // From any thread.
  void post(async::Message& message) override;
  void stop();
  /// What the driver is doing: hold it against a later look (LoopOwnership).
  [[nodiscard]] std::uint64_t look() const { return ownership_.look(); }
  /// Whether jobs have held its driver for longer than a twentieth of a second, and nobody has
  /// taken the loop over: it gets nothing new for now.
  [[nodiscard]] bool is_stuck(base::Instant now) const {
    const base::Instant since = in_jobs_since_.load(std::memory_order_relaxed);
    return since != kNotInJobs && now - since > kStuckAfter;
  }
  /// Takes the loop from a driver that was in user code at `seen` and still is. True: the caller
  /// drives it from here on, or has another thread do so.
  [[nodiscard]] bool take(std::uint64_t seen);
  /// Whether its driver is, or was last, in a job that it ran only because that is known to be quick.
  [[nodiscard]] bool runs_on_trust() const { return on_trust_.load(std::memory_order_relaxed); }

  /// Before it is driven: who looks after its drivers, and where code runs that may block. Both
  /// must outlive the drive.
  void keep_by(LoopKeeper& keeper, async::BlockingExecutor& blocking_executor) {
    keeper_ = &keeper;
    blocking_executor_ = &blocking_executor;
  }

  /// Before it is driven: where files are read; it must outlive the drive. Without one they are read
  /// on the loop.
  void read_by(Disk& disk) { disk_ = &disk; }

  /// Before it is driven: it stays with its thread, and cannot be taken.
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

  /// Requires: `source` is not watched.
  [[nodiscard]] base::Result<void> watch(Source& source, Readiness wanted);
  /// The same for a descriptor that several loops watch: each event wakes one of them.
  [[nodiscard]] base::Result<void> watch_shared(Source& source);
  /// Changes what is wanted of a source that is not shared.
  [[nodiscard]] base::Result<void> rewatch(Source& source, Readiness wanted);
  /// Nothing is heard of `source` from here on. Does nothing when it is not watched.
  void unwatch(Source& source) noexcept;
  /// Receives for `socket`, which is readable, in this turn's batch.
  void receive(Socket& socket) { receiving_.push_back(&socket); }
  [[nodiscard]] Outbox& outbox() { return outbox_; }
  /// Has `listener` told before what was written in this turn is sent; once, however often it is asked
  /// for.
  void tell_at_turn_end(TurnEndListener& listener) noexcept { turn_end_.add(listener); }
  /// Destroys `object` at the end of the turn, when the loop holds none of its sources any more, and
  /// after those that were retired before.
  void retire(std::unique_ptr<Retirable> object) noexcept;
  /// Owns `object`, which nobody else does, until it is retired: what is left goes with the loop.
  void keep(std::unique_ptr<LoopOwned> object) noexcept;

  [[nodiscard]] base::Kernel& kernel() const { return kernel_; }
  /// None when it has none.
  [[nodiscard]] Disk* disk() const { return disk_; }

 private:
  class Wakeup;
  struct Stop final : async::Message {
    void deliver() noexcept override { delivered = true; }
    bool delivered = false;
    std::atomic<bool> posted{false};
  };
  static constexpr std::size_t kMaxEvents = 128;
  static constexpr std::size_t kMaxReceives = 64;
  /// A MiB for each loop, shared by the receives of a batch. Each has 16 KiB at the least, and a
  /// little more, so that many do not begin in the same lines of the cache.
  static constexpr std::size_t kReceiveBytes = kMaxReceives * ((16 << 10) + 192);
  static constexpr std::size_t kMaxShare = 256 << 10;
  static constexpr int kMaxJobs = 1024;  ///< of a turn, so that they never keep it from the rest
  static constexpr base::Duration kLate = std::chrono::milliseconds(100);  ///< of timers
  static constexpr base::Duration kStuckAfter = std::chrono::milliseconds(50);
  static constexpr base::Instant kNotInJobs = base::Instant::max();

  Loop(base::Kernel& kernel, std::unique_ptr<Transfer> transfer, base::Descriptor epoll);

  void adopt();
  [[nodiscard]] Turn run_jobs();
  [[nodiscard]] bool may_enter(async::Job& job) noexcept;
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
  Stop stop_;
  bool pinned_ = false;
  std::size_t looks_left_ = 0;  ///< before timers that are late expire all the same
  LoopKeeper* keeper_ = nullptr;
  async::BlockingExecutor* blocking_executor_ = &async::inline_blocking_executor();
  Disk* disk_ = nullptr;
  Driver unnamed_driver_;
  Driver* driver_ = &unnamed_driver_;
  async::Job* running_ = nullptr;      ///< of the driver, while it is inside user code
  async::Job* left_behind_ = nullptr;  ///< runs on the thread that the loop was taken from
  int left_on_ = 0;                    ///< that thread
  std::atomic<base::Instant> in_jobs_since_{kNotInJobs};
  Inbox inbox_;
  std::atomic<bool> on_trust_{false};
  LoopOwnership ownership_;
};

}  // namespace mastic::loop
