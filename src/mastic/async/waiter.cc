#include "mastic/async/waiter.h"

namespace mastic::async {

// ---- WaitQueue ----

void WaitQueue::push_back(Waiter& waiting, LineOperation& operation) {
  waiting.operation_ = &operation;
  waiting.in_line_ = true;
  waiting.next_ = nullptr;
  waiting.previous_ = last_;
  (last_ == nullptr ? first_ : last_->next_) = &waiting;
  last_ = &waiting;
}

Waiter* WaitQueue::claim_first() noexcept {
  while (Waiter* const waiting = first_) {
    remove(*waiting);
    if (waiting->operation_->claim(*waiting)) return waiting;
  }
  return nullptr;
}

void WaitQueue::remove(Waiter& waiting) noexcept {
  waiting.in_line_ = false;
  (waiting.previous_ == nullptr ? first_ : waiting.previous_->next_) = waiting.next_;
  (waiting.next_ == nullptr ? last_ : waiting.next_->previous_) = waiting.previous_;
}

// ---- LineOperation ----

bool LineOperation::leave_lines() noexcept {
  const Waker held(mutexes());
  take_off_lines();
  return !served_;
}

void LineOperation::start(Executor&) {
  {
    const Waker held(mutexes());
    started_ = true;
    // Invariant 4 of the header: a thread that serves the operation later sees `started_` and posts
    // a message. A thread that served it before this has left the completion to this function.
    if (!served_) return;
  }
  complete();
}

Operation::Cancel LineOperation::cancel() noexcept {
  return leave_lines() ? Cancel::GivenUp : Cancel::Coming;
}

bool LineOperation::drop() noexcept { return leave_lines(); }

void LineOperation::notify() noexcept {
  // A message of its own context is delivered when the current run ends; posting it would wake the
  // loop for nothing.
  if (Context* const here = Context::running(); here == &context()) {
    here->deliver_after_run(*this);
  } else {
    context().executor().post(*this);
  }
}

// ---- Waiter ----

/// A waiter that is still in its queue is destroyed with its whole context; no task waits for it
/// any more.
Waiter::~Waiter() {
  if (!in_line_) return;
  const std::lock_guard lock(*mutex_);
  take_off_lines();
}

bool Waiter::wait(CancelScope& scope, std::coroutine_handle<> waiter) {
  if (scope.stop_requested()) {
    refuse();
    return false;
  }
  Waker waker(*mutex_);
  // Taking, entering the queue and submitting are one step under the mutex. Otherwise a server
  // could miss the waiter, or serve an operation that is not submitted.
  if (take_now(waker)) return false;
  line_->push_back(*this, *this);
  submit(scope, waiter);
  return true;
}

// ---- Waker ----

void Waker::serve(Waiter& waiting) noexcept {
  LineOperation& operation = *waiting.operation_;
  operation.served_ = true;
  if (operation.started_) {
    served_.push_back(operation);
  } else if (Context* const here = Context::running(); here == &operation.context()) {
    here->complete_early(operation);
  }  // else its executor is about to start it, and finds it served
}

Waker::~Waker() {
  for (std::mutex* const mutex : mutexes_) mutex->unlock();
  while (!served_.empty()) {
    // The operation may be destroyed as soon as it is notified, so the queue drops it first.
    static_cast<LineOperation&>(served_.pop_front()).notify();
  }
}

}  // namespace mastic::async
