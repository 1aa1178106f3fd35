#include "mastic/async/context.h"

namespace mastic::async {
namespace {

constexpr int kMaxResumes = 256;  // in one run

thread_local constinit Context* running_context = nullptr;

}  // namespace

// ---- Operation ----

/// In user code, an operation in a queue can be destroyed only while it is still submitted. That
/// happens if the task that awaits it is destroyed because its caller had no memory to await the
/// task. Started operations are destroyed only on the executor, with the whole context.
Operation::~Operation() {
  const State state = state_.load(std::memory_order_relaxed);
  if (state == State::Submitted) context().submitted_.remove(*this);
  if (state == State::Started) scope_->remove_started(*this);
}

void Operation::submit(CancelScope& scope, std::coroutine_handle<> waiter) {
  // The executor must not be touched here: another thread may be driving it (ADR 0001).
  // `start_submitted` starts the operation after this run.
  MASTIC_ASSERT(state_.load(std::memory_order_relaxed) == State::Idle);
  scope_ = &scope;
  waiter_ = waiter;
  state_.store(State::Submitted, std::memory_order_relaxed);
  scope.context().submitted_.push_back(*this);
}

bool Operation::take_back() noexcept {
  const State state = state_.load(std::memory_order_relaxed);
  if (state == State::Submitted) {
    context().submitted_.remove(*this);
    state_.store(State::Idle, std::memory_order_relaxed);
  }
  return state == State::Submitted || state == State::Idle;
}

void Operation::complete() noexcept {
  scope_->remove_started(*this);
  context().make_ready(*this);
}

// ---- Context: in user code ----

Context* Context::running() noexcept { return running_context; }

void Context::resume(std::coroutine_handle<> handle) {
  // A trampoline: an await or a final suspend only stores the next handle in `next_` and returns to
  // this loop, so a chain of tasks of any length uses one stack frame. Both values are saved
  // because calls nest: a task may be started inside another task, also one of another context.
  Context* const outside = std::exchange(running_context, this);
  const auto after = std::exchange(next_, handle);
  while (next_) std::exchange(next_, nullptr).resume();
  next_ = after;
  running_context = outside;
}

void Context::resume_batch() {
  // What is left in `batch_` after kMaxResumes is put back into `ready_` by finish_what_was_noted.
  for (int left = kMaxResumes; left > 0 && !batch_.empty(); --left) {
    Operation& operation = batch_.pop_front();
    operation.state_.store(Operation::State::Idle, std::memory_order_relaxed);
    resume(operation.waiter_);
  }
}

void Context::resume_soon(Operation& operation, std::coroutine_handle<> handle) noexcept {
  operation.waiter_ = handle;
  operation.state_.store(Operation::State::Ready, std::memory_order_relaxed);
  batch_.push_back(operation);
}

void Context::complete_early(Operation& operation) noexcept {
  submitted_.remove(operation);
  resume_soon(operation, operation.waiter_);
}

void Context::note_stop(CancelScope& scope) noexcept {
  // Stopping touches operations that the executor has started, so it waits until `finish`.
  scope.next_noted_ = std::exchange(stops_, &scope);
}

void Context::forget_stop(CancelScope& scope) noexcept {
  CancelScope** at = &stops_;
  while (*at != &scope) at = &(*at)->next_noted_;
  *at = scope.next_noted_;
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

void Context::finish_what_was_noted() noexcept {
  // Stops come before starts, so that operations which this run submitted in a stopped scope are
  // dropped and never started. The messages complete operations of earlier runs.
  if (!batch_.empty()) ready_.prepend(batch_.take());
  while (stops_ != nullptr) {
    CancelScope& scope = *std::exchange(stops_, stops_->next_noted_);
    scope.noted_ = false;
    scope.stop();
  }
  while (!after_run_.empty()) after_run_.pop_front().deliver();
  if (!submitted_.empty()) start_submitted();
  if (passing_) give_trace(nullptr, nullptr);
  // Only now may the context be enqueued again: until here `schedule`, which `make_ready` calls,
  // finds `scheduled_` set and leaves what is ready in `ready_`.
  scheduled_ = false;
  if (!ready_.empty()) schedule();
}

void Context::start_submitted() noexcept {
  OperationQueue submitted = submitted_.take();
  while (!submitted.empty()) {
    Operation& operation = submitted.pop_front();
    if (operation.scope_->stop_requested()) {
      operation.cancelled_ = operation.drop();
      make_ready(operation);
    } else {
      // The state is set and the operation linked before `start`, which may complete it at once.
      operation.state_.store(Operation::State::Started, std::memory_order_relaxed);
      operation.scope_->add_started(operation);
      operation.start(executor_);
    }
  }
}

void Context::make_ready(Operation& operation) noexcept {
  operation.state_.store(Operation::State::Ready, std::memory_order_relaxed);
  ready_.push_back(operation);
  schedule();
}

}  // namespace mastic::async
