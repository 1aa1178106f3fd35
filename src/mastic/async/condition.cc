#include "mastic/async/condition.h"

#include <utility>

namespace mastic::async {

/// The wait for a notification. It releases the mutex once it is in the queue.
class Condition::Notice final : public Waiter {
 public:
  Notice(Condition& condition, Mutex::Guard& guard) : Waiter(condition.line_), guard_(guard) {}

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiter,
                     std::source_location where = std::source_location::current()) {
    const bool waits = Waiter::await_suspend(waiter, where);
    guard_.release();  // after entering the queue, so that no notification is missed
    return waits;
  }
  void await_resume() const { finish_await(); }

 private:
  // A notification is never stored: each wait waits for a later one.
  [[nodiscard]] bool take_now(Waker&) override { return false; }
  Mutex::Guard& guard_;
};

Task<> Condition::wait(Mutex::Guard& guard) {
  // `guard` is empty while this waits, so the mutex is remembered here.
  Semaphore& mutex = *guard.of_;
  Notice notice(*this, guard);
  co_await notice;
  try {
    guard = co_await mutex.acquire();
  } catch (const Cancelled&) {
    notify_one();  // this task cannot use its notification, so another one gets it
    throw;
  }
}

void Condition::notify_one() noexcept {
  Waker waker(mutex_);
  if (Waiter* const first = line_.claim_first()) waker.serve(*first);
}

void Condition::notify_all() noexcept {
  Waker waker(mutex_);
  while (Waiter* const first = line_.claim_first()) waker.serve(*first);
}

}  // namespace mastic::async
