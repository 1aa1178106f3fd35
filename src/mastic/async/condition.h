// Waiting for something to change that a Mutex guards.

#pragma once

#include <mutex>

#include "mastic/async/mutex.h"
#include "mastic/async/task.h"

namespace mastic::async {

/// The counterpart of std::condition_variable for tasks. From any thread; it outlives those who
/// wait for it.
///
///     auto guard = co_await mutex.lock();
///     co_await changed.wait(guard, [&] { return !jobs.empty(); });
class Condition {
 public:
  /// Lets go of the mutex, waits to be notified, and takes the mutex again. Nobody is notified
  /// without cause, yet others may have been there first. Throws Cancelled: then `guard` holds the
  /// mutex no more, and another one gets the notice in its stead. Requires: `guard` holds its mutex,
  /// and stays.
  Task<> wait(Mutex::Guard& guard);
  /// Waits until `holds()`, which is asked with the mutex held.
  template <class Predicate>
  Task<> wait(Mutex::Guard& guard, Predicate holds) {
    while (!holds()) co_await wait(guard);
  }

  /// Wakes the one that waits longest.
  void notify_one() noexcept;
  /// Wakes all who wait.
  void notify_all() noexcept;

 private:
  class Notice;

  std::mutex mutex_;
  WaitQueue line_{mutex_};
};

}  // namespace mastic::async
