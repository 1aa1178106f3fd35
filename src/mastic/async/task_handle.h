// A handle to one task of a group. It cancels the task or waits for its result.
//
//     co_await task_group([&](TaskGroup& group) -> Task<> {
//       TaskHandle price(group, price_of("tea"));        // runs beside this one
//       ...
//       if (is_sold_out()) price.cancel();
//       else show(co_await price.result());
//     });
//
// For a task whose result is not needed, TaskGroup::spawn is enough and costs less.

#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "mastic/async/awaitable.h"
#include "mastic/async/event.h"
#include "mastic/async/task_group.h"

namespace mastic::async {

namespace detail {

/// The state that a task and its handle share.
///
/// 1. The scope exists until the task has ended; the task's frame is destroyed before the scope.
/// 2. `ended` is set when the task's frame is destroyed, for whatever reason. Value and error do
///    not change after that.
template <class T>
struct HandleState {
  explicit HandleState(CancelScope& around) { scope.emplace(around); }

  std::optional<CancelScope> scope;
  std::size_t waiting = 0;  ///< how many tasks wait for the result
  std::optional<NonVoid<T>> value;
  bool is_taken = false;             ///< whether the value was taken
  std::exception_ptr error;          ///< set only if a task was waiting for the result
  std::unique_ptr<TaskTrace> trace;  ///< the trace of `error`
  Event ended;
};

/// Held by the frame of the task: its destructor marks the task as ended.
template <class T>
class HandleEnd {
 public:
  explicit HandleEnd(std::shared_ptr<HandleState<T>> state) : state_(std::move(state)) {}
  HandleEnd(HandleEnd&&) noexcept = default;
  HandleEnd& operator=(HandleEnd&&) = delete;
  ~HandleEnd() {
    if (state_ == nullptr) return;
    state_->scope.reset();
    // Outside of user code the whole context is being destroyed; then no task is woken.
    if (Context::running() != nullptr) state_->ended.set();
  }

  [[nodiscard]] HandleState<T>& state() const { return *state_; }

 private:
  std::shared_ptr<HandleState<T>> state_;
};

template <class T>
Child run_with_handle(TaskGroup&, std::source_location, HandleEnd<T> end, Task<T> task) {
  HandleState<T>& state = end.state();
  Task<T> running = std::move(task);  // its frame is destroyed before its scope
  if (state.scope->stop_requested()) co_return;
  try {
    Inside<T> inside(*state.scope, running);
    state.value.emplace(co_await inside);
  } catch (const Cancelled&) {
    throw;
  } catch (...) {
    if (state.waiting == 0) throw;
    state.error = std::current_exception();
    state.trace = state.scope->context().take_trace(state.error);
  }
}

/// Keeps `function` until the task that it returned has ended.
template <class F, class T = Awaited<std::invoke_result_t<F&>>>
Task<T> call_and_await(F function) {
  auto task = function();
  co_return co_await task;
}

template <class T>
Task<T> wait_for_result(std::shared_ptr<HandleState<T>> state) {
  struct Waiting {
    explicit Waiting(HandleState<T>& at) : state(at) { ++state.waiting; }
    ~Waiting() { --state.waiting; }
    HandleState<T>& state;
  };
  try {
    const Waiting waiting(*state);
    co_await state->ended.wait();
  } catch (const Cancelled&) {
    if (!state->error) throw;  // an error from just before the cancellation is thrown below
  }
  if (state->error) {
    CancelScope& here = co_await CurrentCancelScope();
    here.context().give_trace(state->error, std::move(state->trace));
    std::rethrow_exception(state->error);
  }
  if (state->is_taken) throw std::logic_error("the result of the task was taken already");
  if (!state->value) throw Cancelled();
  if constexpr (!std::is_void_v<T>) {
    state->is_taken = true;
    co_return *std::exchange(state->value, std::nullopt);
  }
}

}  // namespace detail

/// A handle to a task of a group. The task belongs to the group: destroying the handle neither
/// cancels the task nor waits for it, and the group waits for the task in any case.
///
/// An exception of the task is thrown to the tasks that are waiting for its result at that moment.
/// If no task is waiting for it, the exception fails the group, as the exception of any other task
/// does.
///
/// Requires, for all members: called in a task of the group's context, while that context exists.
template <class T = void>
class TaskHandle {
 public:
  /// Runs `task` (or an operation) in `group` soon, after the calling task has come to an await. If
  /// the task is cancelled before that, it never begins.
  template <Awaitable A>
    requires(std::same_as<Awaited<A>, T>)
  TaskHandle(TaskGroup& group, A task, std::source_location where = std::source_location::current())
      : state_(std::make_shared<detail::HandleState<T>>(group.scope())) {
    detail::run_with_handle<T>(group, where, detail::HandleEnd<T>(state_),
                               detail::as_task(std::move(task)));
  }

  /// Runs the task that `function()` returns. `function` is kept until that task has ended, so it
  /// may be a lambda with captures.
  template <class F>
    requires(Awaitable<std::invoke_result_t<F&>>)
  TaskHandle(TaskGroup& group, F function,
             std::source_location where = std::source_location::current())
      : TaskHandle(group, detail::call_and_await(std::move(function)), where) {}

  /// Cancels this task: from now on each of its awaits throws Cancelled. The rest of the group
  /// continues. Does nothing if the task has ended.
  void cancel() noexcept {
    if (state_->scope) state_->scope->request_stop();
  }
  /// Whether the task has ended: with a result, with an exception, or because it was cancelled.
  [[nodiscard]] bool has_ended() const { return !state_->scope; }

  /// Waits for the end of the task and gives its result. Throws what the task threw, or Cancelled
  /// if the task was cancelled. A value is given only once; later calls throw std::logic_error.
  ///
  /// Cancelling this wait does not cancel the task, which continues in its group.
  [[nodiscard]] Task<T> result() const { return detail::wait_for_result<T>(state_); }

 private:
  std::shared_ptr<detail::HandleState<T>> state_;
};

template <Awaitable A>
TaskHandle(TaskGroup&, A) -> TaskHandle<Awaited<A>>;
template <class F>
  requires(Awaitable<std::invoke_result_t<F&>>)
TaskHandle(TaskGroup&, F) -> TaskHandle<Awaited<std::invoke_result_t<F&>>>;

/// Runs `task` in `owner`, an outer group, and waits for its result, like asyncio.shield in Python.
/// If the wait is cancelled or times out, `task` continues, unless `owner` itself is cancelled.
/// `owner` does not end before `task`. An exception that `task` then throws fails `owner`.
///
///     co_await with_timeout(shield(of_the_request, save(order)), 5s);   // late, but saved
template <Awaitable A>
[[nodiscard]] Task<Awaited<A>> shield(TaskGroup& owner, A task) {
  TaskHandle<Awaited<A>> shielded(owner, std::move(task));
  return shielded.result();
}

}  // namespace mastic::async
