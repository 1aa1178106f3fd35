#include "mastic/sockets/blocking_calls.h"

#include "mastic/threads/blocking_scope.h"

namespace mastic::sockets {

void BlockingCalls::run_and_wait(Call& call) {
  call_ = &call;
  is_done_ = false;
  loop_.post(call_message_);
  // A pool that counts this thread, and anything else that depends on it, continues without the
  // thread meanwhile.
  const threads::BlockingScope blocking;
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return is_done_; });
}

void BlockingCalls::run() noexcept {
  if (call_ != nullptr) call_->start(*this);  // starts the task only once: see Task::start
  resume_ready();
}

void BlockingCalls::finish() noexcept {
  finish_run();
  if (is_scheduled() || call_ == nullptr || !call_->is_done()) return;
  // The thread may destroy the call, and start the next one, as soon as it sees `is_done_`. So the
  // loop clears `call_` before it sets `is_done_`, and notifies with the mutex held.
  call_ = nullptr;
  const std::lock_guard lock(mutex_);
  is_done_ = true;
  done_.notify_one();
}

}  // namespace mastic::sockets
