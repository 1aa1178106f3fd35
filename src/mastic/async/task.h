// Tasks: what an application's functions return when they may wait.
//
// A task is lazy: it begins when it is awaited, and exactly one other task awaits it. That task
// owns it. A function that already has its result returns a task that holds the value, without a
// coroutine.
//
//     Task<int> twice(Request& request) { co_return 2 * co_await number(request); }
//     Task<int> two() { return 2; }

#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <source_location>
#include <utility>
#include <variant>

#include "mastic/async/context.h"
#include "mastic/async/frame_memory.h"
#include "mastic/base/attributes.h"

namespace mastic::async {

template <class T = void>
class Task;

/// Converts to what `make` returns, constructed in place: `place.emplace(ElidedResult(make))` moves
/// nothing. `make` has to outlive this object.
template <class Make>
struct ElidedResult {
  /// Keeps a reference to `make_it`.
  explicit ElidedResult(Make& make_it) : make(make_it) {}
  operator std::invoke_result_t<Make&>() const { return make(); }
  /// The function that makes the value.
  Make& make;
};

namespace detail {

/// The part of a promise that does not depend on the type of the result.
struct TaskPromiseBase {
  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* frame, std::size_t bytes) { free_frame(frame, bytes); }

  struct Final {
    static constexpr bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> done) const noexcept {
      TaskPromiseBase& promise = done.promise();
      promise.scope->context().resume_next(promise.continuation);
    }
    static constexpr void await_resume() noexcept {}
  };
  static constexpr std::suspend_always initial_suspend() noexcept { return {}; }
  static constexpr Final final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept {
    exception = std::current_exception();
    scope->context().exception_leaves(exception, awaited_at);
  }

  /// Destroys `frame`, the promise's own coroutine, which was never started. A task that was never
  /// started may hold another task as an argument, which may hold a third task, and so on. A chain
  /// of any length is destroyed with bounded use of the stack.
  void drop(std::coroutine_handle<> frame) noexcept;

  union {
    CancelScope* scope = nullptr;   ///< set when the coroutine begins
    TaskPromiseBase* next_dropped;  ///< the next frame to destroy in `drop`
  };
  std::coroutine_handle<> continuation;
  std::exception_ptr exception;
  std::source_location awaited_at;  ///< the last await in this coroutine
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  Task<T> get_return_object();
  template <class U>
    requires std::convertible_to<U&&, T>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (exception) std::rethrow_exception(std::exchange(exception, nullptr));
    return *std::move(value);
  }
  std::optional<T> value;
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object();
  static constexpr void return_void() noexcept {}
  void take() {
    if (exception) std::rethrow_exception(std::exchange(exception, nullptr));
  }
};

/// The value that a finished Task<void> holds.
struct Unit {};
}  // namespace detail

/// A value of type T, or a coroutine that will give one. A task owns its coroutine. The task may be
/// destroyed while the coroutine is suspended, but not while it is running.
template <class T>
class [[nodiscard]] Task {
  using Promise = detail::TaskPromise<T>;
  using Handle = std::coroutine_handle<Promise>;
  using Value = std::conditional_t<std::is_void_v<T>, detail::Unit, T>;

 public:
  using promise_type = Promise;

  /// Makes a task that is done and holds `value`.
  template <class U>
    requires(!std::is_void_v<T> && !std::same_as<std::remove_cvref_t<U>, Task> &&
             std::convertible_to<U &&, T>)
  Task(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  /// Makes a task that is done and holds what `make` returns, constructed in place without a move.
  template <std::invocable Make>
    requires(!std::is_void_v<T>)
  Task(std::in_place_t, Make&& make) : state_(std::in_place_index<0>, ElidedResult(make)) {}
  /// Makes a task that is done and has no value.
  [[nodiscard]] static Task done()
    requires std::is_void_v<T>
  {
    return Task(Value());
  }

  Task(Task&& other) noexcept : state_(std::move(other.state_)) {
    other.state_.template emplace<1>();
  }
  Task& operator=(Task&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Task() {
    Handle* const frame = handle();
    if (frame == nullptr) return;
    if (frame->promise().scope != nullptr) {
      frame->destroy();
    } else {
      frame->promise().drop(*frame);
    }
  }

  /// Whether the task holds its value and has no coroutine.
  [[nodiscard]] bool holds_value() const { return state_.index() == 0; }
  /// Whether the task has ended, so that `take` returns its result or throws what it threw.
  [[nodiscard]] bool is_done() const {
    const Handle* const frame = handle();
    return frame == nullptr || frame->done();
  }
  /// Returns the result, or throws what the task threw. May be called once. Frees the coroutine, so
  /// that a function which keeps the tasks it has awaited does not keep their coroutines. Requires:
  /// is_done().
  T take() {
    if (Handle* const frame = handle()) {
      const Spent spent(*this);
      return frame->promise().take();
    }
    if constexpr (!std::is_void_v<T>) return std::get<0>(std::move(state_));
  }
  /// The value that the task holds. Requires: holds_value().
  [[nodiscard]] Value& value() MASTIC_LIFETIMEBOUND { return std::get<0>(state_); }

  /// Starts the task at once and runs it until it waits or is done. The task may be awaited after
  /// that. Does nothing if the task was started already. Called in user code of `context`.
  void start(Context& context) { start(context.root()); }
  /// Starts the task as the other overload does, but within `scope`.
  void start(CancelScope& scope) {
    if (is_done() || handle()->promise().scope != nullptr) return;
    handle()->promise().scope = &scope;
    scope.context().resume(*handle());
  }

  // Awaiting a task starts it, unless it was started already, and takes its result.
  [[nodiscard]] bool await_ready() const noexcept { return is_done(); }
  template <class Waiter>
  void await_suspend(std::coroutine_handle<Waiter> waiter,
                     std::source_location where = std::source_location::current()) {
    waiter.promise().awaited_at = where;
    suspend(waiter, *waiter.promise().scope);
  }
  /// Does what await_suspend does, but starts the task in `scope`, unless the task was started
  /// already. Requires: `scope` is the scope of `waiter` or nested in it.
  void suspend(std::coroutine_handle<> waiter, CancelScope& scope) {
    Promise& promise = handle()->promise();
    promise.continuation = waiter;
    if (promise.scope != nullptr) return;
    promise.scope = &scope;
    scope.context().resume_next(*handle());
  }
  T await_resume() { return take(); }

 private:
  /// Frees the coroutine after its result has been taken.
  struct Spent {
    explicit Spent(Task& spent) : task(spent) {}
    ~Spent() { std::exchange(*task.handle(), nullptr).destroy(); }
    Task& task;
  };
  friend Promise;
  explicit Task(Handle frame) : state_(std::in_place_index<1>, frame) {}
  explicit Task(detail::Unit value)
    requires std::is_void_v<T>
      : state_(std::in_place_index<0>, value) {}

  /// The coroutine, or null if the task holds its value or was moved from.
  Handle* handle() {
    Handle* const frame = std::get_if<1>(&state_);
    return frame != nullptr && *frame ? frame : nullptr;
  }
  const Handle* handle() const {
    const Handle* const frame = std::get_if<1>(&state_);
    return frame != nullptr && *frame ? frame : nullptr;
  }

  std::variant<Value, Handle> state_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

}  // namespace detail

}  // namespace mastic::async
