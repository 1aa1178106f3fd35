// The interface to threads that run code which may block.

#pragma once

#include "mastic/base/units.h"

namespace mastic::async {

/// A piece of code that may block. It is linked into a queue without allocation: it is queued at
/// most once at a time, and its creator keeps it alive until it has begun to run or was withdrawn.
class BlockingWork {
 public:
  BlockingWork() = default;
  /// Requires: `other` is in no queue.
  BlockingWork(BlockingWork&&) noexcept {}
  BlockingWork& operator=(BlockingWork&&) = delete;

  /// Runs the code. Called on a thread that may block. This object may be destroyed before the call
  /// returns.
  virtual void run() noexcept = 0;

  /// For the executor that has queued this work: its neighbours in the queue, and when it was
  /// queued.
  BlockingWork* next_work = nullptr;
  BlockingWork* previous_work = nullptr;
  base::Instant queued_at{};

 protected:
  virtual ~BlockingWork() = default;
};

/// Runs work on its own threads, or on the caller's. Any thread may call these functions.
class BlockingExecutor {
 public:
  /// Runs `work` as soon as a thread is free. If the queue is full, or no thread would ever take
  /// the work, returns false and does not run it.
  [[nodiscard]] virtual bool submit(BlockingWork& work) = 0;
  /// Does what `submit` does, for a job that has begun and now continues on a thread that may
  /// block. The queue keeps room for this work, because a job that has begun must not be refused.
  /// Returns false only if no thread would ever take the work.
  [[nodiscard]] virtual bool submit_begun(BlockingWork& work) { return submit(work); }
  /// If `work` has not begun, takes it out of the queue, so that it never runs, and returns true.
  /// Otherwise returns false.
  [[nodiscard]] virtual bool withdraw(BlockingWork& work) noexcept = 0;
  /// Whether the executor's own thread may run code that may block, because another thread stands
  /// by to take the executor over.
  [[nodiscard]] virtual bool has_reserve() const noexcept = 0;
  /// Whether so few threads stand by that the executor's own thread may run only code that has been
  /// quick so far.
  [[nodiscard]] virtual bool is_short() const noexcept { return false; }

 protected:
  virtual ~BlockingExecutor() = default;
};

/// Returns an executor that runs work immediately, on the thread that submits it. Executors without
/// threads of their own use it, in tests.
[[nodiscard]] BlockingExecutor& inline_blocking_executor();

}  // namespace mastic::async
