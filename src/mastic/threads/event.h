// A flag that threads wait for.
//
//     threads::Event ready;
//     std::jthread server([&] { listen(); ready.set(); serve(); });
//     ready.wait();
//
// Python's `threading.Event`. For threads that may block; tasks have async::Event. To ask for a
// stop there is std::stop_token, and to wait for a count to reach zero there is std::latch.

#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include "mastic/base/units.h"
#include "mastic/threads/blocking_scope.h"

namespace mastic::threads {

/// A flag that is not set at first. All members may be called from any thread. A thread that has
/// waited sees everything that happened before `set`.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// Sets the flag and wakes all waiting threads; later waits return at once until the flag is
  /// cleared. A thread that has been woken may destroy the event.
  void set() {
    const std::lock_guard lock(mutex_);
    if (is_set_) return;
    is_set_ = true;
    ++times_set_;
    changed_.notify_all();  // under the lock: once that is released, the event may be destroyed
  }
  /// Clears the flag.
  void clear() {
    const std::lock_guard lock(mutex_);
    is_set_ = false;
  }
  /// Whether the flag is set.
  [[nodiscard]] bool is_set() const {
    const std::lock_guard lock(mutex_);
    return is_set_;
  }

  /// Waits until the flag is set. All threads that are waiting when `set` is called return, even
  /// when `clear` follows at once.
  void wait() const {
    const std::optional<unsigned> before = times_set_before();
    if (!before) return;
    const BlockingScope blocking;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return times_set_ != *before; });
  }
  /// Waits until the flag is set, at most for `longest`. Returns whether the flag was set.
  bool wait_for(base::Duration longest) const {
    const std::optional<unsigned> before = times_set_before();
    if (!before) return true;
    const base::Instant end = base::from_now(longest);
    const BlockingScope blocking;
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, end, [&] { return times_set_ != *before; });
  }

 private:
  /// How often the flag was set so far; nothing when the flag is set now. Waiting for this number
  /// to change, rather than for the flag, makes `set` followed by `clear` wake all waiting threads.
  [[nodiscard]] std::optional<unsigned> times_set_before() const {
    const std::lock_guard lock(mutex_);
    return is_set_ ? std::nullopt : std::optional(times_set_);
  }

  mutable std::mutex mutex_;  ///< guards all members below
  mutable std::condition_variable changed_;
  bool is_set_ = false;
  unsigned times_set_ = 0;
};

}  // namespace mastic::threads
