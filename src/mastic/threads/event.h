// A flag that threads wait for.
//
//     threads::Event ready;
//     std::jthread server([&] { listen(); ready.set(); serve(); });
//     ready.wait();
//
// Python's `threading.Event`. For threads that may block; tasks have async::Event. For a stop there
// is std::stop_token, and for a count that ends std::latch.

#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include "mastic/base/units.h"
#include "mastic/threads/blocking_scope.h"

namespace mastic::threads {

/// Not set in the beginning. Everything is called from any thread; what happened before `set` is
/// seen by whoever waited for it.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// Lets all go on who wait, and whoever will wait, until it is cleared. Who waited may destroy the
  /// event as soon as it goes on.
  void set() {
    const std::lock_guard lock(mutex_);
    if (is_set_) return;
    is_set_ = true;
    ++times_set_;
    changed_.notify_all();  // under the lock: the event may be gone after it
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    is_set_ = false;
  }
  [[nodiscard]] bool is_set() const {
    const std::lock_guard lock(mutex_);
    return is_set_;
  }

  /// Waits until it is set. A `clear` that follows at once holds nobody back who waits already.
  void wait() const {
    const std::optional<unsigned> before = times_set_before();
    if (!before) return;
    const BlockingScope blocking;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return times_set_ != *before; });
  }
  /// The same for as long as `longest`; says whether it was set.
  bool wait_for(base::Duration longest) const {
    const std::optional<unsigned> before = times_set_before();
    if (!before) return true;
    const base::Instant end = base::from_now(longest);
    const BlockingScope blocking;
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, end, [&] { return times_set_ != *before; });
  }

 private:
  /// None when it is set now.
  [[nodiscard]] std::optional<unsigned> times_set_before() const {
    const std::lock_guard lock(mutex_);
    return is_set_ ? std::nullopt : std::optional(times_set_);
  }

  mutable std::mutex mutex_;  ///< of all below
  mutable std::condition_variable changed_;
  bool is_set_ = false;
  unsigned times_set_ = 0;
};

}  // namespace mastic::threads
