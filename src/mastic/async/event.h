// A flag that tasks wait for.

#pragma once

#include <mutex>

#include "mastic/async/waiter.h"

namespace mastic::async {

/// A flag that tasks wait for, like asyncio.Event in Python. The flag is clear at first. Any thread
/// may use an event; it must outlive the tasks that wait for it.
class Event {
 public:
  /// The await that `wait` returns.
  class [[nodiscard]] Wait final : public Waiter {
   public:
    void await_resume() const { finish_await(); }

   private:
    friend class Event;
    explicit Wait(Event& event) : Waiter(event.line_), event_(&event) {}
    [[nodiscard]] bool take_now(Waker&) override { return event_->set_; }
    Event* event_;
  };

  /// Waits until the flag is set. A task that `set` has woken does not wait again, even if `reset`
  /// is called before the task runs.
  [[nodiscard]] Wait wait() { return Wait(*this); }
  /// Sets the flag and wakes all waiting tasks. Until `reset` is called, later waits return at
  /// once.
  void set() noexcept;
  /// Clears the flag, so that later waits wait.
  void reset() noexcept;
  /// Whether the flag is set.
  [[nodiscard]] bool is_set() const;

 private:
  mutable std::mutex mutex_;
  WaitQueue line_{mutex_};
  bool set_ = false;
};

}  // namespace mastic::async
