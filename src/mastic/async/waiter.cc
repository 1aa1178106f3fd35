#include "mastic/async/waiting.h"

namespace mastic::async {

// ---- WaitLine ----

void WaitLine::push_back(Waiting& waiting) {
  waiting.in_line_ = true;
  waiting.next_ = nullptr;
  waiting.previous_ = last_;
  (last_ == nullptr ? first_ : last_->next_) = &waiting;
  last_ = &waiting;
}

Waiting& WaitLine::pop_front() {
  Waiting& waiting = *first_;
  remove(waiting);
  return waiting;
}

void WaitLine::remove(Waiting& waiting) {
  waiting.in_line_ = false;
  (waiting.previous_ == nullptr ? first_ : waiting.previous_->next_) = waiting.next_;
  (waiting.next_ == nullptr ? last_ : waiting.next_->previous_) = waiting.previous_;
}

// ---- Waiting ----

/// In line still: the whole context goes, and nobody waits any more.
Waiting::~Waiting() {
  if (in_line_) leave_line();
}

/// True when it was in line, and is no more.
bool Waiting::leave_line() noexcept {
  const std::lock_guard lock(line_->mutex_);
  if (in_line_) line_->remove(*this);
  return !served_;
}

void Waiting::start(Executor&) {
  {
    const std::lock_guard lock(line_->mutex_);
    started_ = true;
    if (!served_) return;
  }
  complete();
}

Operation::Cancel Waiting::cancel() noexcept {
  return leave_line() ? Cancel::GivenUp : Cancel::Coming;
}

bool Waiting::drop() noexcept { return leave_line(); }

void Waiting::notify() noexcept {
  if (Context* const here = Context::running(); here == &context()) {
    here->deliver_after_run(*this);
  } else {
    context().executor().post(*this);
  }
}

// ---- Waker ----

void Waker::serve(Waiting& waiting) noexcept {
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
  for (Waiting* next = first_; next != nullptr;) {
    Waiting& waiting = *std::exchange(next, next->next_);  // which may go as soon as it is notified
    waiting.notify();
  }
}

}  // namespace mastic::async
