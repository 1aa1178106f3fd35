#include "mastic/async/condition.h"

#include <utility>

namespace mastic::async {

class Condition::Notice final : public Waiter {
 public:
  Notice(Condition& condition, Mutex::Guard& guard) : Waiter(condition.line_), guard_(guard) {}

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiter,
                     std::source_location where = std::source_location::current()) {
    const bool waits = wait_unless(waiter, where, [](Waker&) { return false; });
    guard_.release();  // in line by now, so no notice is missed
    return waits;
  }
  void await_resume() const { finish_await(); }

 private:
  Mutex::Guard& guard_;
};

Task<> Condition::wait(Mutex::Guard& guard) {
  Semaphore& mutex = *guard.of_;
  Notice notice(*this, guard);
  co_await notice;
  try {
    guard = co_await mutex.acquire();
  } catch (const Cancelled&) {
    notify_one();  // the notice was for whoever can use it
    throw;
  }
}

void Condition::notify_one() noexcept {
  Waker waker(mutex_);
  if (!line_.empty()) waker.serve(line_.pop_front());
}

void Condition::notify_all() noexcept {
  Waker waker(mutex_);
  while (!line_.empty()) waker.serve(line_.pop_front());
}

}  // namespace mastic::async
