// A condition variable for tasks.

#pragma once

#include <mutex>

#include "mastic/async/mutex.h"
#include "mastic/async/task.h"

namespace mastic::async {

/// The counterpart of std::condition_variable for tasks, used with a Mutex. Any thread may notify;
/// a condition must outlive the tasks that wait for it.
///
///     auto guard = co_await mutex.lock();
///     co_await changed.wait(guard, [&] { return !jobs.empty(); });
class Condition {
 public:
  /// Releases the mutex, waits to be notified, and takes the mutex again. There are no spurious
  /// wake-ups, but another task may have taken the mutex in between, so check the condition again.
  /// If this throws Cancelled, `guard` no longer holds the mutex, and a notification that this task
  /// had received is passed on to another waiting task. Requires: `guard` holds its mutex and
  /// outlives the wait.
  Task<> wait(Mutex::Guard& guard);
  /// Waits for notifications until `holds()` returns true. Calls `holds` with the mutex held.
  template <class Predicate>
  Task<> wait(Mutex::Guard& guard, Predicate holds) {
    while (!holds()) co_await wait(guard);
  }

  /// Wakes the task that has waited longest.
  void notify_one() noexcept;
  /// Wakes all waiting tasks.
  void notify_all() noexcept;

 private:
  class Notice;

  std::mutex mutex_;
  WaitQueue line_{mutex_};
};

}  // namespace mastic::async
