// What tasks need of whatever runs them.

#pragma once

#include "mastic/async/blocking_executor.h"
#include "mastic/async/job.h"
#include "mastic/async/timer.h"
#include "mastic/base/units.h"

namespace mastic::async {

/// Runs jobs and remembers timers. One thread at a time drives it, not always the same one; all but
/// `post` belong to that thread and are not called from user code.
class Executor {
 public:
  /// The time as of this turn; cheap.
  [[nodiscard]] virtual base::Instant now() const = 0;
  /// Runs `job` soon, after those enqueued before it.
  virtual void enqueue(Job& job) = 0;
  /// Runs `job` before those that wait already.
  virtual void enqueue_first(Job& job) = 0;
  /// Arms `timer`, or arms it anew. It never expires early; it may expire a millisecond late.
  virtual void arm(Timer& timer, base::Instant due) = 0;
  /// From any thread: delivers `message` on the executor.
  virtual void post(Message& message) = 0;
  /// Threads that may block, for what must not hold the executor. From any thread.
  [[nodiscard]] virtual BlockingExecutor& blocking_executor() { return inline_blocking_executor(); }
  /// The same for what reads files, and so may wait for a disk. Its `has_reserve` says whether such
  /// a read may be made on the executor itself for now.
  [[nodiscard]] virtual BlockingExecutor& disk_executor() { return blocking_executor(); }

 protected:
  virtual ~Executor() = default;
};

}  // namespace mastic::async
