// Something that happens, and that tasks wait for.

#pragma once

#include <mutex>

#include "mastic/async/waiter.h"

namespace mastic::async {

/// A flag that tasks wait for, and that is not set at first. It may be used from any thread; it
/// outlives those who wait for it.
class Event {
 public:
  /// What `wait` gives to await.
  class [[nodiscard]] Wait final : public Waiter {
   public:
    void await_resume() const { finish_await(); }

   private:
    friend class Event;
    explicit Wait(Event& event) : Waiter(event.line_), event_(&event) {}
    [[nodiscard]] bool take_now(Waker&) override { return event_->set_; }
    Event* event_;
  };

  /// Waits until it is set. A wait that `set` ended has ended, whatever comes after it.
  [[nodiscard]] Wait wait() { return Wait(*this); }
  /// Wakes all who wait; who waits from here on does not, until `reset`.
  void set() noexcept;
  /// Has who comes from here on wait again.
  void reset() noexcept;
  /// Whether it is set.
  [[nodiscard]] bool is_set() const;

 private:
  mutable std::mutex mutex_;
  WaitQueue line_{mutex_};
  bool set_ = false;
};

}  // namespace mastic::async
