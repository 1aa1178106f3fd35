// Threads that may block, as tasks see them.

#pragma once

#include "mastic/base/units.h"

namespace mastic::async {

/// A piece of code that may block. Intrusive: it is queued once at a time, and whoever made it keeps
/// it alive until it ran or was withdrawn.
class BlockingWork {
 public:
  BlockingWork() = default;
  /// Requires: `other` is in no queue.
  BlockingWork(BlockingWork&&) noexcept {}
  BlockingWork& operator=(BlockingWork&&) = delete;

  /// On some thread that may block. May destroy the work.
  virtual void run() noexcept = 0;

  /// For the executor that holds it: its neighbours in the queue, and since when it is there.
  BlockingWork* next_work = nullptr;
  BlockingWork* previous_work = nullptr;
  base::Instant queued_at{};

 protected:
  virtual ~BlockingWork() = default;
};

/// Runs work on threads of its own, or on the caller's. Everything here is called from any thread.
class BlockingExecutor {
 public:
  /// Runs `work` as soon as a thread is free. False when the queue is full: then it will not run.
  [[nodiscard]] virtual bool submit(BlockingWork& work) = 0;
  /// The same for the rest of what has begun, which is not to be refused: the queue has room for
  /// it. False when no thread would ever come.
  [[nodiscard]] virtual bool submit_begun(BlockingWork& work) { return submit(work); }
  /// True when `work` had not begun: then it will not run.
  [[nodiscard]] virtual bool withdraw(BlockingWork& work) noexcept = 0;
  /// Whether code that may block can be entered on the executor itself, because another thread
  /// stands by to go on with that if need be.
  [[nodiscard]] virtual bool has_reserve() const noexcept = 0;
  /// Whether so few stand by that only code which has been quick so far can be entered there.
  [[nodiscard]] virtual bool is_short() const noexcept { return false; }

 protected:
  virtual ~BlockingExecutor() = default;
};

/// Runs everything at once, on the thread that submits it. For executors without threads: tests.
[[nodiscard]] BlockingExecutor& inline_blocking_executor();

}  // namespace mastic::async
