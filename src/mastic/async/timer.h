// A moment that an executor was asked to remember.

#pragma once

#include "mastic/base/units.h"

namespace mastic::async {

/// A place in a ring of timers; a ring's head is one too. Not copied, not moved: others point to
/// it.
struct TimerLink {
  TimerLink() = default;
  TimerLink(const TimerLink&) = delete;
  TimerLink& operator=(const TimerLink&) = delete;

  TimerLink* previous_timer = nullptr;
  TimerLink* next_timer = nullptr;
};

/// Derive from it and say what happens. Intrusive: arming costs no memory, and a timer that is
/// destroyed disarms itself. Belongs to the executor's thread.
class Timer : private TimerLink {
 public:
  /// On the executor, outside of user code, once `due()` has passed. The timer is disarmed by then,
  /// may be armed again and may be destroyed.
  virtual void expired() noexcept = 0;

  [[nodiscard]] bool is_armed() const { return next_timer != nullptr; }
  /// Requires: armed.
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

/// Timers in a ring, in the order they came. For executors.
class TimerRing {
 public:
  TimerRing() { head_.previous_timer = head_.next_timer = &head_; }

  [[nodiscard]] bool empty() const { return head_.next_timer == &head_; }

  /// Requires: not armed.
  void add(Timer& timer, base::Instant due) {
    timer.due_ = due;
    timer.previous_timer = head_.previous_timer;
    timer.next_timer = &head_;
    head_.previous_timer->next_timer = &timer;
    head_.previous_timer = &timer;
  }
  /// Requires: not empty.
  [[nodiscard]] base::Instant first_due() const {
    return static_cast<Timer&>(*head_.next_timer).due_;
  }
  /// Disarms the first timer and returns it. Requires: not empty.
  Timer& take_first() {
    auto& timer = static_cast<Timer&>(*head_.next_timer);
    timer.disarm();
    return timer;
  }
  /// Adds all of `other`, which is empty afterwards.
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
