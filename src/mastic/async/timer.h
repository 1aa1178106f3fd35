// Timers: moments at which an executor calls an object.

#pragma once

#include "mastic/base/units.h"

namespace mastic::async {

/// A link in a ring of timers; the head of a ring is also a link. It is neither copied nor moved,
/// because its neighbours point to it.
struct TimerLink {
  TimerLink() = default;
  TimerLink(const TimerLink&) = delete;
  TimerLink& operator=(const TimerLink&) = delete;

  TimerLink* previous_timer = nullptr;
  TimerLink* next_timer = nullptr;
};

/// A timer: derive from it and implement `expired`. Arming allocates nothing, because timers are
/// linked into rings, and a timer disarms itself when it is destroyed. Only the thread that drives
/// the executor may use a timer.
class Timer : private TimerLink {
 public:
  /// Called on the executor, outside of user code, once `due()` has passed. The timer is disarmed
  /// before the call; the call may arm it again or destroy it.
  virtual void expired() noexcept = 0;

  [[nodiscard]] bool is_armed() const { return next_timer != nullptr; }
  /// When the timer expires. Requires: the timer is armed.
  [[nodiscard]] base::Instant due() const { return due_; }

  void disarm() {
    if (!is_armed()) return;
    previous_timer->next_timer = next_timer;
    next_timer->previous_timer = previous_timer;
    next_timer = nullptr;
  }

 protected:
  Timer() = default;
  /// Requires: `other` is not armed.
  Timer(Timer&&) noexcept {}
  virtual ~Timer() { disarm(); }

 private:
  friend class TimerRing;
  base::Instant due_{};
};

/// A ring of timers in the order they were added. Executors keep their timers in rings.
class TimerRing {
 public:
  TimerRing() { head_.previous_timer = head_.next_timer = &head_; }

  [[nodiscard]] bool empty() const { return head_.next_timer == &head_; }

  /// Appends `timer`, which expires at `due`. Requires: `timer` is not armed.
  void add(Timer& timer, base::Instant due) {
    timer.due_ = due;
    timer.previous_timer = head_.previous_timer;
    timer.next_timer = &head_;
    head_.previous_timer->next_timer = &timer;
    head_.previous_timer = &timer;
  }
  /// When the first timer expires. Requires: the ring is not empty.
  [[nodiscard]] base::Instant first_due() const {
    return static_cast<Timer&>(*head_.next_timer).due_;
  }
  /// Disarms the first timer and returns it. Requires: the ring is not empty.
  Timer& take_first() {
    auto& timer = static_cast<Timer&>(*head_.next_timer);
    timer.disarm();
    return timer;
  }
  /// Moves all timers of `other` to the end of this ring.
  void take_all(TimerRing& other) {
    if (other.empty()) return;
    other.head_.next_timer->previous_timer = head_.previous_timer;
    other.head_.previous_timer->next_timer = &head_;
    head_.previous_timer->next_timer = other.head_.next_timer;
    head_.previous_timer = other.head_.previous_timer;
    other.head_.previous_timer = other.head_.next_timer = &other.head_;
  }

 private:
  TimerLink head_;
};

}  // namespace mastic::async
