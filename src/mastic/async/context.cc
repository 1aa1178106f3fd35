#include "mastic/async/context.h"

#include "mastic/base/assert.h"

namespace mastic::async {

// ---- Operation ----

/// In user code only what it submitted itself goes: a task whose caller found no memory to await
/// it.
Operation::~Operation() {
  if (state_ == State::Submitted) context_->submitted_.remove(*this);
  if (state_ == State::Started) context_->unlink_started(*this);
}

void OperationQueue::remove(const Operation& operation) {
  Operation* previous = nullptr;
  Operation* at = first_;
  while (at != &operation) previous = std::exchange(at, at->next_);
  (previous == nullptr ? first_ : previous->next_) = operation.next_;
  if (last_ == &operation) last_ = previous;
}

void Operation::submit(Context& context, std::coroutine_handle<> waiter) {
  MASTIC_ASSERT(state_ == State::Idle);
  context_ = &context;
  waiter_ = waiter;
  state_ = State::Submitted;
  context.submitted_.push_back(*this);
}

void Operation::complete() noexcept {
  context_->unlink_started(*this);
  context_->make_ready(*this);
}

// ---- Context: in user code ----

void Context::resume(std::coroutine_handle<> handle) {
  const auto after = std::exchange(next_, handle);
  while (next_) std::exchange(next_, nullptr).resume();
  next_ = after;
}

void Context::resume_ready() {
  while (!batch_.empty()) {
    Operation& operation = batch_.pop_front();
    operation.state_ = Operation::State::Idle;
    resume(operation.waiter_);
  }
}

// ---- Context: on the executor ----

void Context::schedule() noexcept {
  if (std::exchange(scheduled_, true)) return;
  batch_ = ready_.take();
  executor_.enqueue(*this);
}

void Context::schedule_first() noexcept {
  if (std::exchange(scheduled_, true)) return;
  batch_ = ready_.take();
  executor_.enqueue_first(*this);
}

void Context::finish_run() noexcept {
  scheduled_ = false;
  OperationQueue submitted = submitted_.take();
  while (!submitted.empty()) {
    Operation& operation = submitted.pop_front();
    if (stop_requested()) {
      operation.cancelled_ = true;
      make_ready(operation);
    } else {
      link_started(operation);
      operation.start(executor_);
    }
  }
  if (!ready_.empty()) schedule();
}

void Context::stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  for (Operation* next = started_; next != nullptr;) {
    Operation& operation = *std::exchange(next, next->next_);
    if (operation.cancel() == Operation::Cancel::Coming) continue;
    unlink_started(operation);
    operation.cancelled_ = true;
    make_ready(operation);
  }
}

void Context::make_ready(Operation& operation) noexcept {
  operation.state_ = Operation::State::Ready;
  ready_.push_back(operation);
  schedule();
}

void Context::link_started(Operation& operation) {
  operation.state_ = Operation::State::Started;
  operation.previous_ = nullptr;
  operation.next_ = started_;
  if (started_ != nullptr) started_->previous_ = &operation;
  started_ = &operation;
}

void Context::unlink_started(Operation& operation) {
  (operation.previous_ == nullptr ? started_ : operation.previous_->next_) = operation.next_;
  if (operation.next_ != nullptr) operation.next_->previous_ = operation.previous_;
}

}  // namespace mastic::async
