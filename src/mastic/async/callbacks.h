// Timers and messages that call a member function of the object that contains them.

#pragma once

#include "mastic/async/job.h"
#include "mastic/async/timer.h"

namespace mastic::async {

/// A timer that calls `(owner.*kExpired)()`, for a member of its owner.
template <class Owner, void (Owner::*kExpired)() noexcept>
class TimerOf final : public Timer {
 public:
  explicit TimerOf(Owner& owner) : owner_(owner) {}
  void expired() noexcept override { (owner_.*kExpired)(); }

 private:
  Owner& owner_;
};

/// A message whose delivery calls `(owner.*kDeliver)()`, for a member of its owner.
template <class Owner, void (Owner::*kDeliver)() noexcept>
class MessageTo final : public Message {
 public:
  explicit MessageTo(Owner& owner) : owner_(owner) {}
  void deliver() noexcept override { (owner_.*kDeliver)(); }

 private:
  Owner& owner_;
};

}  // namespace mastic::async
