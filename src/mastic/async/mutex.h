// A mutex for tasks: waiting for it does not block a thread.

#pragma once

#include <optional>

#include "mastic/async/semaphore.h"

namespace mastic::async {

/// Mutual exclusion between tasks, which may belong to different contexts. Tasks get the mutex in
/// the order in which they asked for it. Unlike a std::mutex, it may be held across co_await, and
/// released by another thread than the one that locked it.
///
///     const auto guard = co_await mutex.lock();
///
/// Tasks of one context never run at the same time, so between two awaits they need no mutex among
/// themselves.
class Mutex {
 public:
  /// Holds the mutex until it is destroyed or released.
  using Guard = Semaphore::Permit;

  /// Waits for the mutex. If the await throws Cancelled, the mutex is not held.
  [[nodiscard]] Semaphore::Acquire lock() { return one_.acquire(); }
  /// Takes the mutex without waiting, or returns std::nullopt if it is held.
  [[nodiscard]] std::optional<Guard> try_lock() { return one_.try_acquire(); }

 private:
  Semaphore one_{1};
};

}  // namespace mastic::async
