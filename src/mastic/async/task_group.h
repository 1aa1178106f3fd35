// Structured concurrency: several tasks at once, none of which outlives the function that started
// them.
//
//     co_await task_group([&](TaskGroup& group) {
//       for (const Url& url : urls) group.spawn(fetch(url));
//     });

#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include "mastic/async/awaitable.h"

namespace mastic::async {

class TaskGroup;

namespace detail {

/// The coroutine around a task of a group. It begins soon and destroys itself when it has ended.
struct Child {
  struct promise_type;
};

struct Child::promise_type : TaskPromiseBase {
  /// The child's link in the context's queue of coroutines to resume. The executor never starts
  /// this operation.
  class Begin final : public Operation {
    void start(Executor&) override {}
    Cancel cancel() noexcept override { return Cancel::GivenUp; }
  };
  struct Ended {
    static constexpr bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<promise_type> child) const noexcept;
    static constexpr void await_resume() noexcept {}
  };

  template <class... Rest>
  promise_type(TaskGroup& of, std::source_location where, const Rest&...)
      : group(of), spawned_at(where) {}
  Child get_return_object();
  static constexpr Ended final_suspend() noexcept { return {}; }
  static constexpr void return_void() noexcept {}
  void unhandled_exception() noexcept;

  TaskGroup& group;
  const std::source_location spawned_at;
  Begin begin;
  promise_type* next = nullptr;
  promise_type* previous = nullptr;
};

}  // namespace detail

/// Tasks that run concurrently, in the context of the task that made the group with `task_group`.
/// No two of them ever run on two threads at once. The group lives until all its tasks have ended.
///
/// 1. The first task that throws cancels the others. When all have ended, the group throws that
///    first exception. Exceptions that other tasks throw meanwhile are kept in TaskTrace::others.
/// 2. A task that ends with Cancelled has simply ended; that is not a failure of the group.
class TaskGroup {
 public:
  /// Makes a group whose scope is nested in `outer`. Called in user code, by functions that are
  /// built on groups; applications use `task_group`.
  explicit TaskGroup(CancelScope& outer) : outer_(outer), scope_(outer) {}
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Runs `task` (or an operation) soon, after the calling task has come to an await. The result is
  /// discarded. If the group is cancelled before that, the task never begins.
  ///
  /// Requires: `spawn`, like `cancel`, is called in a task of the same context. Other code hands
  /// over work through a Channel.
  template <Awaitable A>
  void spawn(A task, std::source_location where = std::source_location::current()) {
    run(*this, where, std::move(task));
  }
  /// Runs the task that `function()` returns. `function` is kept until that task has ended, so it
  /// may be a lambda with captures.
  template <class F>
    requires(Awaitable<std::invoke_result_t<F&>>)
  void spawn(F function, std::source_location where = std::source_location::current()) {
    static_assert(std::is_nothrow_destructible_v<F>, "the function's destructor must not throw");
    run_function(*this, where, std::move(function));
  }

  /// Cancels the group: from now on every await of its tasks and of its body throws Cancelled. The
  /// group then ends without an exception.
  void cancel() noexcept { scope_.request_stop(); }
  /// Whether the group was cancelled, by `cancel`, by a failure or together with a scope around it.
  [[nodiscard]] bool is_cancelled() const noexcept { return scope_.stop_requested(); }
  /// How many tasks of the group have not ended.
  [[nodiscard]] std::size_t size() const { return size_; }

  // ---- for what is built on groups ----

  /// Keeps the exception that is being handled, which came from `where`, and cancels the other
  /// tasks. If the exception is Cancelled, only notes that it was thrown. To be called in a catch
  /// block.
  void note_failure(std::source_location where = {}) noexcept;
  /// The await that `all_ended` returns. A cancellation does not end it early.
  class AllEnded {
   public:
    /// Called by `all_ended`.
    explicit AllEnded(TaskGroup& group) : group_(group) {}
    [[nodiscard]] bool await_ready() const noexcept { return group_.size_ == 0; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { group_.waiter_ = waiter; }
    static constexpr void await_resume() noexcept {}

   private:
    TaskGroup& group_;
  };
  /// Waits until all tasks of the group have ended: `co_await group.all_ended()`.
  [[nodiscard]] AllEnded all_ended() { return AllEnded(*this); }
  /// Throws the first failure, or Cancelled if the group was cancelled from outside. Requires: all
  /// tasks have ended.
  void throw_failure();
  /// The scope of the group: tasks that are awaited in it are cancelled with the group.
  [[nodiscard]] CancelScope& scope() { return scope_; }

 private:
  friend struct detail::Child::promise_type;

  template <class A>
  static detail::Child run(TaskGroup& group, std::source_location, A task) {
    if (!group.is_cancelled()) (void)co_await task;
  }
  template <class F>
  static detail::Child run_function(TaskGroup& group, std::source_location, F function) {
    if (group.is_cancelled()) co_return;
    auto task = function();
    (void)co_await task;
  }
  void add(detail::Child::promise_type& child) noexcept;
  void ended(detail::Child::promise_type& child) noexcept;

  CancelScope& outer_;
  CancelScope scope_;
  detail::Child::promise_type* first_ = nullptr;
  std::size_t size_ = 0;
  std::coroutine_handle<> waiter_;
  std::exception_ptr failure_;
  std::unique_ptr<TaskTrace> trace_;  ///< the trace of `failure_`
  bool saw_cancelled_ = false;
};

namespace detail {

/// Awaits `task` in `scope`. This await does not appear in TaskTrace.
template <class T>
class Inside {
 public:
  Inside(CancelScope& scope, Task<T>& task) : scope_(scope), task_(task) {}
  [[nodiscard]] bool await_ready() const noexcept { return task_.await_ready(); }
  void await_suspend(std::coroutine_handle<> waiter) { task_.suspend(waiter, scope_); }
  NonVoid<T> await_resume() {
    if constexpr (std::is_void_v<T>) {
      task_.await_resume();
      return {};
    } else {
      return task_.await_resume();
    }
  }

 private:
  CancelScope& scope_;
  Task<T>& task_;
};

template <class T>
struct TaskValue {
  using type = T;
  static constexpr bool kIsTask = false;
};
template <class T>
struct TaskValue<Task<T>> {
  using type = T;
  static constexpr bool kIsTask = true;
};

template <class Result, class F>
Task<typename TaskValue<Result>::type> run_group(F body) {
  using T = typename TaskValue<Result>::type;
  CancelScope& outer = co_await CurrentCancelScope();
  TaskGroup group(outer);
  std::optional<NonVoid<T>> value;
  try {
    if constexpr (TaskValue<Result>::kIsTask) {
      Result task = body(group);
      Inside<T> inside(group.scope(), task);
      value.emplace(co_await inside);
    } else if constexpr (std::is_void_v<T>) {
      body(group);
    } else {
      value.emplace(body(group));
    }
  } catch (...) {
    group.note_failure();
  }
  co_await group.all_ended();
  group.throw_failure();
  if constexpr (!std::is_void_v<T>) {
    if (!value) throw Cancelled();
    co_return *std::move(value);
  }
}

}  // namespace detail

/// Calls `body(group)`, which spawns tasks, and waits for all of them. The body may return a task,
/// which is awaited too. Gives the result of the body.
///
/// When the body or a task throws, the others are cancelled. The first exception is thrown when
/// they have ended. If the surrounding scope is cancelled, the group cancels its tasks, waits for
/// them and throws Cancelled. A group that was cancelled by its own `cancel` throws nothing, unless
/// the body was cancelled before it returned its result: then the group throws Cancelled.
template <class F>
[[nodiscard]] auto task_group(F&& body) {
  static_assert(std::is_nothrow_destructible_v<F>, "the function's destructor must not throw");
  static_assert(detail::kIsSafeTemporary<F>,
                "GCC 12 destroys a lambda's captures twice inside a co_await expression: give "
                "the lambda a name, as in `auto body = [...] ...; co_await task_group(body);`");
  return detail::run_group<std::invoke_result_t<F&, TaskGroup&>, F>(std::forward<F>(body));
}

}  // namespace mastic::async
