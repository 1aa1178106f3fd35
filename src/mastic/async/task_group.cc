#include "mastic/async/task_group.h"

#include <cxxabi.h>

#include <new>
#include <typeinfo>

namespace mastic::async {

// ---- Child ----

namespace detail {

Child Child::promise_type::get_return_object() {
  group.add(*this);
  return {};
}

void Child::promise_type::unhandled_exception() noexcept { group.note_failure(spawned_at); }

void Child::promise_type::Ended::await_suspend(
    std::coroutine_handle<promise_type> child) const noexcept {
  child.promise().group.ended(child.promise());
}

}  // namespace detail

using Promise = detail::Child::promise_type;

// ---- TaskGroup ----

/// Tasks are left only if the whole context is destroyed; then no one waits for them any more.
TaskGroup::~TaskGroup() {
  while (first_ != nullptr) {
    std::coroutine_handle<Promise>::from_promise(*std::exchange(first_, first_->next)).destroy();
  }
}

void TaskGroup::add(Promise& child) noexcept {
  MASTIC_ASSERT(Context::running() == &scope_.context());  // only its own tasks may spawn
  child.scope = &scope_;
  child.next = first_;
  if (first_ != nullptr) first_->previous = &child;
  first_ = &child;
  ++size_;
  scope_.context().resume_soon(child.begin, std::coroutine_handle<Promise>::from_promise(child));
}

void TaskGroup::ended(Promise& child) noexcept {
  // The child is suspended in its final await, so destroying it here is safe; after that nothing of
  // it may be touched. `resume_next` continues the group's function in the context's loop.
  (child.previous == nullptr ? first_ : child.previous->next) = child.next;
  if (child.next != nullptr) child.next->previous = child.previous;
  std::coroutine_handle<Promise>::from_promise(child).destroy();
  if (--size_ == 0 && waiter_) scope_.context().resume_next(std::exchange(waiter_, nullptr));
}

void TaskGroup::note_failure(std::source_location where) noexcept {
  // Looks at the type instead of catching Cancelled: rethrowing would cost another unwinding for
  // every cancelled task.
  if (*abi::__cxa_current_exception_type() == typeid(Cancelled)) {
    saw_cancelled_ = true;
    return;
  }
  const std::exception_ptr exception = std::current_exception();
  Context& context = scope_.context();
  context.exception_leaves(exception, where);
  if (!failure_) {
    failure_ = exception;
    trace_ = context.take_trace(exception);
    return cancel();
  }
  try {
    if (!trace_) trace_ = std::make_unique<TaskTrace>();
    trace_->others.push_back(exception);
  } catch (const std::bad_alloc&) {  // the first exception is thrown in any case
  }
}

void TaskGroup::throw_failure() {
  if (failure_) {
    scope_.context().give_trace(failure_, std::move(trace_));
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
  // A Cancelled that came from the group's own `cancel` ends here.
  if (saw_cancelled_ && outer_.stop_requested()) throw Cancelled();
}

}  // namespace mastic::async
