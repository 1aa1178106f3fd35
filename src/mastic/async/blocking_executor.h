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

  /// Runs the code. Called on a thread that may block; the call may destroy the work.
  virtual void run() noexcept = 0;

  /// For the executor whose queue it is in: its neighbours there, and when it was queued.
  BlockingWork* next_work = nullptr;
  BlockingWork* previous_work = nullptr;
  base::Instant queued_at{};

 protected:
  virtual ~BlockingWork() = default;
};

/// Runs work on its own threads, or on the caller's. Any thread may call these functions.
class BlockingExecutor {
 public:
  /// Runs `work` as soon as a thread is free. Returns false if the queue is full, or no thread
  /// would ever take the work; then it does not run.
  [[nodiscard]] virtual bool submit(BlockingWork& work) = 0;
  /// Does what `submit` does, for the continuation of work that has begun and so must not be
  /// refused: the queue keeps room for it. Returns false only if no thread would ever take it.
  [[nodiscard]] virtual bool submit_begun(BlockingWork& work) { return submit(work); }
  /// Takes `work` out of the queue. Returns true if it had not begun; then it does not run.
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
