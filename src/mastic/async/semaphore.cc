#include "mastic/async/semaphore.h"

namespace mastic::async {

/// Takes a permit if one is available. Called with the mutex held.
bool Semaphore::take_one() {
  if (permits_ == 0) return false;
  --permits_;
  return true;
}

std::optional<Semaphore::Permit> Semaphore::try_acquire() {
  const std::lock_guard lock(mutex_);
  if (!take_one()) return std::nullopt;
  return Permit(*this);
}

void Semaphore::release() noexcept {
  Waker waker(mutex_);
  // The permit goes straight to the first waiter and is never counted as available, so a task that
  // comes later cannot take it first.
  if (Waiter* const first = line_.claim_first()) {
    waker.serve(*first);
  } else {
    ++permits_;
  }
}

std::size_t Semaphore::available() const {
  const std::lock_guard lock(mutex_);
  return permits_;
}

}  // namespace mastic::async
