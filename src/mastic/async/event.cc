#include "mastic/async/event.h"

namespace mastic::async {

void Event::set() noexcept {
  Waker waker(mutex_);
  set_ = true;
  // Served in this critical section, so a `reset` that follows cannot make them wait again.
  while (Waiter* const first = line_.claim_first()) waker.serve(*first);
}

void Event::reset() noexcept {
  const std::lock_guard lock(mutex_);
  set_ = false;
}

bool Event::is_set() const {
  const std::lock_guard lock(mutex_);
  return set_;
}

}  // namespace mastic::async
