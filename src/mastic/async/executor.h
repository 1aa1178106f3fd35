// The interface of an executor: what runs tasks.

#pragma once

#include <atomic>

#include "mastic/async/blocking_executor.h"
#include "mastic/async/job.h"
#include "mastic/async/timer.h"
#include "mastic/base/units.h"

namespace mastic::async {

/// Runs jobs and keeps timers. One thread at a time drives an executor, but not always the same
/// thread. Only the driving thread calls these functions, and never from user code. The last four
/// are an exception: any thread may call them.
class Executor {
 public:
  /// The time of this turn. Cheap to read.
  [[nodiscard]] virtual base::Instant now() const = 0;
  /// Appends `job` to the queue of jobs to run.
  virtual void enqueue(Job& job) = 0;
  /// Puts `job` at the front of the queue, before the jobs that are waiting already.
  virtual void enqueue_first(Job& job) = 0;
  /// Arms `timer`, or moves it if it is armed already. A timer never expires early; it may expire a
  /// millisecond late.
  virtual void arm(Timer& timer, base::Instant due) = 0;
  /// Delivers `message` on the executor soon.
  virtual void post(Message& message) = 0;
  /// The threads for code that may block and so must not hold the executor.
  [[nodiscard]] virtual BlockingExecutor& blocking_executor() { return inline_blocking_executor(); }
  /// The threads for code that reads files and so may wait for a disk. `has_reserve` of the
  /// returned executor says whether files may currently be read on this executor's own thread.
  [[nodiscard]] virtual BlockingExecutor& disk_executor() { return blocking_executor(); }
  /// How many operations of this executor's tasks wait for other threads to complete them
  /// (RemoteOperation).
  [[nodiscard]] int remote_operations() const noexcept {
    return remote_operations_.load(std::memory_order_relaxed);
  }

 protected:
  virtual ~Executor() = default;

 private:
  friend class RemoteOperation;
  std::atomic<int> remote_operations_{0};
};

}  // namespace mastic::async
