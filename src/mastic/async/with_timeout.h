// A time limit for a task.

#pragma once

#include <coroutine>
#include <optional>
#include <stdexcept>
#include <utility>

#include "mastic/async/awaitable.h"
#include "mastic/async/task_group.h"
#include "mastic/async/timer.h"

namespace mastic::async {

/// Thrown by with_timeout when the time limit has passed.
class TimedOut : public std::runtime_error {
 public:
  TimedOut() : std::runtime_error("timed out: the time limit has passed") {}
};

namespace detail {

/// An operation that stops a scope when its time limit has passed.
class Deadline final : public Operation, private Timer {
 public:
  /// Starts the time limit. The operation runs in `own`, a scope that contains nothing else, and
  /// stops `limited`.
  Deadline(CancelScope& own, CancelScope& limited, base::Duration limit)
      : own_(own), limited_(limited), limit_(limit) {
    // Submitted without an await: no task waits for it, so its completion resumes nothing.
    submit(own_, std::noop_coroutine());
  }

  /// The await that `end` returns.
  class End {
   public:
    explicit End(Deadline& deadline) : deadline_(deadline) {}
    // True if the executor has not started the deadline, for example because the task never waited.
    // Otherwise the executor has to cancel its timer, and this waits for that.
    [[nodiscard]] bool await_ready() noexcept { return deadline_.take_back(); }
    void await_suspend(std::coroutine_handle<> waiter) noexcept {
      deadline_.set_waiter(waiter);
      deadline_.own_.request_stop();
    }
    static constexpr void await_resume() noexcept {}

   private:
    Deadline& deadline_;
  };
  /// Ends the deadline. After that it no longer touches its scopes. To be awaited before the scopes
  /// are destroyed: `co_await deadline.end();`
  [[nodiscard]] End end() { return End(*this); }
  /// Whether the time limit has passed. Requires: the deadline has ended.
  [[nodiscard]] bool has_expired() const { return expired_; }

 private:
  void start(Executor& executor) override {
    executor.arm(*this, base::after(executor.now(), limit_));
  }
  Cancel cancel() noexcept override {
    disarm();
    return Cancel::GivenUp;
  }
  void expired() noexcept override {
    expired_ = true;
    limited_.stop();
  }

  CancelScope& own_;
  CancelScope& limited_;
  const base::Duration limit_;
  bool expired_ = false;
};

template <class T>
Task<T> run_with_timeout(Task<T> task, base::Duration limit) {
  CancelScope& outer = co_await CurrentCancelScope();
  TaskGroup group(outer);  // with one task
  CancelScope around_deadline(outer);
  Deadline deadline(around_deadline, group.scope(), limit);
  Task<T> limited = std::move(task);  // its frame is destroyed before its scope
  std::optional<NonVoid<T>> value;
  try {
    Inside<T> inside(group.scope(), limited);
    value.emplace(co_await inside);
  } catch (...) {
    group.note_failure();
  }
  co_await deadline.end();
  group.throw_failure();
  if (!value && deadline.has_expired()) throw TimedOut();
  if (!value) throw Cancelled();
  if constexpr (!std::is_void_v<T>) co_return *std::move(value);
}

}  // namespace detail

/// Runs `task` (or an operation, such as channel.receive()) and gives its result. If the task takes
/// longer than `limit`, cancels it, waits for it to end, and throws TimedOut. If the cancelled task
/// still ends with a value or an exception, gives that value or throws that exception instead of
/// TimedOut, so that nothing the task received is lost.
///
///     const auto line = co_await with_timeout(lines.receive(), 5s);
template <Awaitable A>
[[nodiscard]] Task<Awaited<A>> with_timeout(A task, base::Duration limit) {
  return detail::run_with_timeout(detail::as_task(std::move(task)), limit);
}

}  // namespace mastic::async
