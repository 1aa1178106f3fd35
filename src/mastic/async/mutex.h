// A mutex that tasks wait for without holding a thread.

#pragma once

#include <optional>

#include "mastic/async/semaphore.h"

namespace mastic::async {

/// Lets one task in at a time, of whatever contexts, first come first; unlike a std::mutex it may
/// be held across co_await, and be let go of by another thread than the one that took it.
///
///     const auto guard = co_await mutex.lock();
///
/// Tasks of one context never run at once: between two awaits they need no mutex among themselves.
class Mutex {
 public:
  /// Holds the mutex until it is destroyed or released.
  using Guard = Semaphore::Permit;

  /// Waits for it. Throws Cancelled; then it is not held.
  [[nodiscard]] Semaphore::Acquire lock() { return one_.acquire(); }
  /// Takes the mutex when it is free and nobody waits for it; never waits.
  [[nodiscard]] std::optional<Guard> try_lock() { return one_.try_acquire(); }

 private:
  Semaphore one_{1};
};

}  // namespace mastic::async
