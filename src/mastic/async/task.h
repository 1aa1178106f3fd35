// Tasks: what an application's functions return when they may wait.
//
// A task is lazy: it begins when it is awaited, and it is awaited by exactly one other, which so
// owns it. A function that has its result at hand returns a task that simply holds it, without a
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

/// Becomes what `make` returns, right where that is to stand: `place.emplace(ElidedResult(make))` moves
/// nothing. `make` has to outlive it.
template <class Make>
struct ElidedResult {
  /// Keeps a reference to the function that makes the value.
  explicit ElidedResult(Make& make_it) : make(make_it) {}
  operator std::invoke_result_t<Make&>() const { return make(); }
  /// The function that makes the value.
  Make& make;
};

namespace detail {

/// What a promise of any type has.
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

  /// Destroys `frame`, its own, which was never started. Such a task may hold another as an argument,
  /// and so on: however long that chain is, it goes without filling the stack.
  void drop(std::coroutine_handle<> frame) noexcept;

  union {
    CancelScope* scope = nullptr;   ///< set when it begins
    TaskPromiseBase* next_dropped;  ///< in `drop`
  };
  std::coroutine_handle<> continuation;
  std::exception_ptr exception;
  std::source_location awaited_at;  ///< the last await in it
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

/// The value of a Task<void> that is done.
struct Unit {};
}  // namespace detail

/// Owns its coroutine, or holds its value. Not started twice, and not destroyed while it runs.
template <class T>
class [[nodiscard]] Task {
  using Promise = detail::TaskPromise<T>;
  using Handle = std::coroutine_handle<Promise>;
  using Value = std::conditional_t<std::is_void_v<T>, detail::Unit, T>;

 public:
  using promise_type = Promise;

  /// A task that is done.
  template <class U>
    requires(!std::is_void_v<T> && !std::same_as<std::remove_cvref_t<U>, Task> &&
             std::convertible_to<U &&, T>)
  Task(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  /// A task that is done; `make` returns the value, which is made in its place and not moved.
  template <std::invocable Make>
    requires(!std::is_void_v<T>)
  Task(std::in_place_t, Make&& make) : state_(std::in_place_index<0>, ElidedResult(make)) {}
  /// A task that is done and gives nothing.
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

  /// Whether there is no coroutine to it.
  [[nodiscard]] bool holds_value() const { return state_.index() == 0; }
  /// Whether the result is at hand: then `take` returns it or throws what the task threw. It frees
  /// the coroutine: so a task that holds what it awaited holds no chain of them at its end.
  [[nodiscard]] bool is_done() const {
    const Handle* const frame = handle();
    return frame == nullptr || frame->done();
  }
  /// Gives the result once, or throws what the task threw. Requires: is_done().
  T take() {
    if (Handle* const frame = handle()) {
      const Spent spent(*this);
      return frame->promise().take();
    }
    if constexpr (!std::is_void_v<T>) return std::get<0>(std::move(state_));
  }
  /// The value that it holds. Requires: holds_value().
  [[nodiscard]] Value& value() MASTIC_LIFETIMEBOUND { return std::get<0>(state_); }

  /// Begins the task in user code of `context`, here and now, and runs it until it waits or is
  /// done. It may be awaited after that. Does nothing when it was started already.
  void start(Context& context) { start(context.root()); }
  /// Begins the task in the same way, within `scope`.
  void start(CancelScope& scope) {
    if (is_done() || handle()->promise().scope != nullptr) return;
    handle()->promise().scope = &scope;
    scope.context().resume(*handle());
  }

  // Awaiting a task runs it, unless it was started, and takes its result.
  [[nodiscard]] bool await_ready() const noexcept { return is_done(); }
  template <class Waiter>
  void await_suspend(std::coroutine_handle<Waiter> waiter,
                     std::source_location where = std::source_location::current()) {
    waiter.promise().awaited_at = where;
    suspend(waiter, *waiter.promise().scope);
  }
  /// Does what await_suspend does, but what was not started runs in `scope`, inside of that of
  /// `waiter`.
  void suspend(std::coroutine_handle<> waiter, CancelScope& scope) {
    Promise& promise = handle()->promise();
    promise.continuation = waiter;
    if (promise.scope != nullptr) return;
    promise.scope = &scope;
    scope.context().resume_next(*handle());
  }
  T await_resume() { return take(); }

 private:
  /// Frees the coroutine once its result was taken out of it.
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

  /// Nothing when the task holds its value, or was moved from.
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
