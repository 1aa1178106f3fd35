#include "mastic/async/waiter.h"

namespace mastic::async {

// ---- WaitQueue ----

void WaitQueue::push_back(Waiter& waiting) {
  waiting.in_line_ = true;
  waiting.next_ = nullptr;
  waiting.previous_ = last_;
  (last_ == nullptr ? first_ : last_->next_) = &waiting;
  last_ = &waiting;
}

Waiter& WaitQueue::pop_front() {
  Waiter& waiting = *first_;
  remove(waiting);
  return waiting;
}

void WaitQueue::remove(Waiter& waiting) {
  waiting.in_line_ = false;
  (waiting.previous_ == nullptr ? first_ : waiting.previous_->next_) = waiting.next_;
  (waiting.next_ == nullptr ? last_ : waiting.next_->previous_) = waiting.previous_;
}

// ---- Waiter ----

/// In line still: the whole context goes, and nobody waits any more.
Waiter::~Waiter() {
  if (in_line_) leave_line();
}

/// True when it was in line, and is no more.
bool Waiter::leave_line() noexcept {
  const std::lock_guard lock(line_->mutex_);
  if (in_line_) line_->remove(*this);
  return !served_;
}

void Waiter::start(Executor&) {
  {
    const std::lock_guard lock(line_->mutex_);
    started_ = true;
    if (!served_) return;
  }
  complete();
}

Operation::Cancel Waiter::cancel() noexcept {
  return leave_line() ? Cancel::GivenUp : Cancel::Coming;
}

bool Waiter::drop() noexcept { return leave_line(); }

void Waiter::notify() noexcept {
  if (Context* const here = Context::running(); here == &context()) {
    here->deliver_after_run(*this);
  } else {
    context().executor().post(*this);
  }
}

// ---- Waker ----

void Waker::serve(Waiter& waiting) noexcept {
  waiting.served_ = true;
  if (waiting.started_) {
    waiting.next_ = nullptr;
    (first_ == nullptr ? first_ : last_->next_) = &waiting;
    last_ = &waiting;
  } else if (Context* const here = Context::running(); here == &waiting.context()) {
    here->complete_early(waiting);
  }  // else its executor is about to start it, and finds it served
}

Waker::~Waker() {
  lock_.unlock();
  for (Waiter* next = first_; next != nullptr;) {
    Waiter& waiting = *std::exchange(next, next->next_);  // which may go as soon as it is notified
    waiting.notify();
  }
}

}  // namespace mastic::async
