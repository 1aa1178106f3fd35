// Something that happens, and that tasks wait for.

#pragma once

#include <mutex>

#include "mastic/async/waiter.h"

namespace mastic::async {

/// Not set at first. From any thread; it outlives those who wait for it.
class Event {
 public:
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
  void reset() noexcept;
  [[nodiscard]] bool is_set() const;

 private:
  mutable std::mutex mutex_;
  WaitQueue line_{mutex_};
  bool set_ = false;
};

}  // namespace mastic::async
