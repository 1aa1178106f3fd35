// One task of a group that can be cancelled by itself, and asked for what it gave.
//
//     co_await task_group([&](TaskGroup& group) -> Task<> {
//       TaskHandle price(group, price_of("tea"));        // runs beside this one
//       ...
//       if (nobody_asks()) price.cancel();
//       else show(co_await price.result());
//     });
//
// `spawn` is enough, and costs less, for a task that nobody asks about.

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

/// What a task and its handle share.
///
/// 1. The scope is there until the task has ended, and its frame goes before it.
/// 2. `ended` is set when the task's frame is about to go, whatever the reason. Value and error do
///    not change after that.
template <class T>
struct HandleState {
  explicit HandleState(CancelScope& around) { scope.emplace(around); }

  std::optional<CancelScope> scope;
  std::size_t waiting = 0;  ///< tasks that wait for the result
  std::optional<NonVoid<T>> value;
  bool is_taken = false;             ///< the value
  std::exception_ptr error;          ///< only when somebody waited for it
  std::unique_ptr<TaskTrace> trace;  ///< of `error`
  Event ended;
};

/// Is held by the frame of the task, and goes with it.
template <class T>
class HandleEnd {
 public:
  explicit HandleEnd(std::shared_ptr<HandleState<T>> state) : state_(std::move(state)) {}
  HandleEnd(HandleEnd&&) noexcept = default;
  HandleEnd& operator=(HandleEnd&&) = delete;
  ~HandleEnd() {
    if (state_ == nullptr) return;
    state_->scope.reset();
    // When the whole context goes, outside of user code, nobody is woken any more.
    if (Context::running() != nullptr) state_->ended.set();
  }

  [[nodiscard]] HandleState<T>& state() const { return *state_; }

 private:
  std::shared_ptr<HandleState<T>> state_;
};

template <class T>
Child run_with_handle(TaskGroup&, std::source_location, HandleEnd<T> end, Task<T> task) {
  HandleState<T>& state = end.state();
  Task<T> running = std::move(task);  // its frame goes before its scope
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

/// Keeps `function` until the task that it gives has ended.
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
    if (!state->error) throw;  // else it came at the last moment, and is for this one to throw
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

/// A task of a group, and what it gives. It belongs to the group: destroying the handle neither
/// cancels the task nor waits for it, and the group waits for it in any case.
///
/// An exception of the task goes to those who wait for its result at that moment. When nobody does,
/// it fails the group, as that of any other task.
///
/// Requires, for all members: in a task of the context of the group, while that context is there.
template <class T = void>
class TaskHandle {
 public:
  /// Runs `task` (or an operation) in `group` soon, after the one that calls this has come to an
  /// await. When it is cancelled before that, it never begins.
  template <Awaitable A>
    requires(std::same_as<Awaited<A>, T>)
  TaskHandle(TaskGroup& group, A task, std::source_location where = std::source_location::current())
      : state_(std::make_shared<detail::HandleState<T>>(group.scope())) {
    detail::run_with_handle<T>(group, where, detail::HandleEnd<T>(state_),
                               detail::as_task(std::move(task)));
  }

  /// Runs the task that `function()` gives; `function` is kept until that has ended, so it may be a
  /// lambda with captures.
  template <class F>
    requires(Awaitable<std::invoke_result_t<F&>>)
  TaskHandle(TaskGroup& group, F function,
             std::source_location where = std::source_location::current())
      : TaskHandle(group, detail::call_and_await(std::move(function)), where) {}

  /// Every await of this task throws Cancelled from here on; the rest of the group goes on. Does
  /// nothing when it has ended.
  void cancel() noexcept {
    if (state_->scope) state_->scope->request_stop();
  }
  /// Whether the task has ended: by giving something, by throwing, or because it was cancelled.
  [[nodiscard]] bool has_ended() const { return !state_->scope; }

  /// Waits for the end of the task, and gives what it gave. Throws what the task threw, or
  /// Cancelled when the task was cancelled. A value is given once: after that this throws
  /// std::logic_error.
  ///
  /// Who waits here may be cancelled: the task itself is not, it goes on in its group.
  [[nodiscard]] Task<T> result() const { return detail::wait_for_result<T>(state_); }

 private:
  std::shared_ptr<detail::HandleState<T>> state_;
};

template <Awaitable A>
TaskHandle(TaskGroup&, A) -> TaskHandle<Awaited<A>>;
template <class F>
  requires(Awaitable<std::invoke_result_t<F&>>)
TaskHandle(TaskGroup&, F) -> TaskHandle<Awaited<std::invoke_result_t<F&>>>;

/// Runs `task` in `owner`, a group further out, and waits for what it gives. When the one that
/// waits is cancelled or its time is over, `task` goes on all the same, until `owner` itself is
/// cancelled; `owner` does not end before it. What it throws then fails `owner`.
///
///     co_await with_timeout(shield(of_the_request, save(order)), 5s);   // late, but saved
template <Awaitable A>
[[nodiscard]] Task<Awaited<A>> shield(TaskGroup& owner, A task) {
  TaskHandle<Awaited<A>> shielded(owner, std::move(task));
  return shielded.result();
}

}  // namespace mastic::async
