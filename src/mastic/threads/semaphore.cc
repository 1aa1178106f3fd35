#include "mastic/threads/semaphore.h"

#include <exception>
#include <stdexcept>

#include "mastic/threads/blocking_scope.h"
#include "mastic/threads/uncaught_error.h"

namespace mastic::threads {

Semaphore::Permit::~Permit() {
  try {
    release();
  } catch (...) {
    report_uncaught({UncaughtError::Place::Destructor, "permit", std::current_exception()});
  }
}

template <class Wait>
bool Semaphore::take(Wait wait) {
  {
    const std::lock_guard lock(mutex_);
    if (available_ > 0) {
      --available_;
      return true;
    }
  }
  const BlockingScope blocking;  // without the lock: the scope's host may start a thread
  std::unique_lock lock(mutex_);
  wait(lock, [this] { return available_ > 0; });  // or until the time is over
  if (available_ == 0) return false;
  --available_;
  return true;
}

Semaphore::Permit Semaphore::acquire() {
  (void)take([this](auto& lock, auto is_there) { released_.wait(lock, is_there); });
  return Permit(*this);
}

std::optional<Semaphore::Permit> Semaphore::acquire_for(base::Duration longest) {
  const base::Instant end = base::from_now(longest);
  const bool taken =
      take([&](auto& lock, auto is_there) { released_.wait_until(lock, end, is_there); });
  return taken ? std::optional(Permit(*this)) : std::nullopt;
}

std::optional<Semaphore::Permit> Semaphore::try_acquire() {
  const std::lock_guard lock(mutex_);
  if (available_ == 0) return std::nullopt;
  --available_;
  return Permit(*this);
}

// Notifies under the lock, because the thread that gets the permit may destroy the semaphore.
void Semaphore::release(std::size_t count) {
  const std::lock_guard lock(mutex_);
  if (count > max_permits_ - available_) {
    throw std::logic_error("the semaphore was released more often than it was acquired");
  }
  available_ += count;
  count == 1 ? released_.notify_one() : released_.notify_all();
}

std::size_t Semaphore::available() const {
  const std::lock_guard lock(mutex_);
  return available_;
}

}  // namespace mastic::threads
