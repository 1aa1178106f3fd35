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

  TimerLink* previous = nullptr;
  TimerLink* next = nullptr;
};

/// Derive from it and say what happens. Intrusive: arming costs no memory, and a timer that is
/// destroyed disarms itself. Belongs to the executor's thread.
class Timer : private TimerLink {
 public:
  /// On the executor, outside of user code, once `due()` has passed. The timer is disarmed by then,
  /// may be armed again and may be destroyed.
  virtual void expired() noexcept = 0;

  [[nodiscard]] bool is_armed() const { return next != nullptr; }
  /// Requires: armed.
  [[nodiscard]] base::Instant due() const { return due_; }

  void disarm() {
    if (!is_armed()) return;
    previous->next = next;
    next->previous = previous;
    next = nullptr;
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
  TimerRing() { head_.previous = head_.next = &head_; }

  [[nodiscard]] bool empty() const { return head_.next == &head_; }

  /// Requires: not armed.
  void add(Timer& timer, base::Instant due) {
    timer.due_ = due;
    timer.previous = head_.previous;
    timer.next = &head_;
    head_.previous->next = &timer;
    head_.previous = &timer;
  }
  /// Requires: not empty.
  [[nodiscard]] base::Instant first_due() const { return static_cast<Timer&>(*head_.next).due_; }
  /// Disarms the first timer and returns it. Requires: not empty.
  Timer& take_first() {
    auto& timer = static_cast<Timer&>(*head_.next);
    timer.disarm();
    return timer;
  }
  /// Adds all of `other`, which is empty afterwards.
  void take_all(TimerRing& other) {
    if (other.empty()) return;
    other.head_.next->previous = head_.previous;
    other.head_.previous->next = &head_;
    head_.previous->next = other.head_.next;
    head_.previous = other.head_.previous;
    other.head_.previous = other.head_.next = &other.head_;
  }

 private:
  TimerLink head_;
};

}  // namespace mastic::async
