// Running what may block from a task, on a thread that may wait for it.
//
//     const auto rows = co_await run_blocking([&] { return database.query(text); });
//
// The task waits, its thread goes on with other tasks, and `f` runs on Executor::runner(). What `f`
// refers to in the task's frame stays: the await stands until `f` has ended or will never begin.

#pragma once

#include <concepts>
#include <exception>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "mastic/async/awaitable.h"
#include "mastic/async/remote_operation.h"
#include "mastic/async/runner.h"

namespace mastic::async {

/// Every thread for blocking code is busy and their queue is full: `f` did not run.
class RunnerFull : public std::runtime_error {
 public:
  RunnerFull()
      : std::runtime_error("no thread is free to run blocking code, and their queue is full") {}
};

/// What run_blocking gives to await. F is a reference when it was given a function that has a name.
template <class F>
class Blocking final : public RemoteOperation, private BlockingWork {
  static constexpr bool kTakesStop = std::invocable<F&, std::stop_token>;
  static_assert(kTakesStop || std::invocable<F&>,
                "run_blocking wants a function without arguments, or of a std::stop_token");
  static_assert(std::is_nothrow_destructible_v<F>, "nobody takes what it throws at its end");

  struct NoStop {};
  using Stop = std::conditional_t<kTakesStop, std::stop_source, NoStop>;

  static decltype(auto) call(F& function, [[maybe_unused]] Stop& stop) {
    if constexpr (kTakesStop) {
      return function(stop.get_token());
    } else {
      return function();
    }
  }

 public:
  using Result = decltype(call(std::declval<F&>(), std::declval<Stop&>()));
  static_assert(std::is_void_v<Result> || std::is_object_v<Result>,
                "run_blocking gives its result by value; return a pointer to share one");

  explicit Blocking(F&& function) : function_(std::forward<F>(function)) {}

  Result await_resume() {
    finish_await();
    if (refused_) throw RunnerFull();
    if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
    if constexpr (!std::is_void_v<Result>) return *std::move(result_);
  }

 private:
  struct Nothing {};
  using Value = std::conditional_t<std::is_void_v<Result>, Nothing, Result>;

  void begin() override {
    refused_ = !executor().runner().submit(*this);
    if (refused_) complete();
  }
  Cancel cancel() noexcept override {
    if (executor().runner().withdraw(*this)) return Cancel::GivenUp;
    if constexpr (kTakesStop) stop_.request_stop();
    return Cancel::Coming;
  }
  void run() noexcept override {
    try {
      if constexpr (std::is_void_v<Result>) {
        call(function_, stop_);
      } else {
        result_.emplace(call(function_, stop_));
      }
    } catch (...) {
      exception_ = std::current_exception();
    }
    complete_remotely();
  }

  F function_;
  [[no_unique_address]] Stop stop_;
  std::optional<Value> result_;
  std::exception_ptr exception_;
  bool refused_ = false;
};

/// Runs `f` where it may block, and gives what it returns or throws. It is called once, as `f()` or
/// as `f(std::stop_token)`, on a thread of Executor::runner(). A function that has a name is
/// referred to, a temporary is kept.
///
/// Cancelled before `f` began: `f` never runs, the await throws Cancelled. Cancelled while it runs:
/// the token fires, on the executor, so what hangs on it is to be short; the await stands until `f`
/// ends and gives its result, and the next await throws Cancelled. Throws RunnerFull when the queue
/// of the threads is full.
template <class F>
[[nodiscard]] Blocking<F> run_blocking(F&& f) {
  static_assert(detail::kIsSafeTemporary<F>,
                "GCC 12 destroys twice what a lambda captures by value inside of a co_await: give "
                "the lambda a name, as in `auto f = [...] { ... }; co_await run_blocking(f);`");
  return Blocking<F>(std::forward<F>(f));
}

}  // namespace mastic::async
