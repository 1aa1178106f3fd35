// Running what may block from a task, on a thread that may wait for it.
//
//     const auto rows = co_await run_blocking([&] { return database.query(text); });
//
// The task waits, its thread goes on with other tasks, and `f` runs on Executor::blocking_executor(). What `f`
// refers to in the task's frame stays: the await stands until `f` has ended or will never begin.

#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "mastic/async/awaitable.h"
#include "mastic/async/blocking_executor.h"
#include "mastic/async/remote_operation.h"
#include "mastic/async/timer.h"
#include "mastic/base/activity.h"
#include "mastic/base/units.h"

namespace mastic::async {

/// Every thread for blocking code is busy, and their queue is full or `f` has waited there for as
/// long as it may: it did not run.
class ExecutorFull : public std::runtime_error {
 public:
  ExecutorFull()
      : std::runtime_error(
            "no thread was free to run blocking code: their queue is full, or the wait was too "
            "long") {}
};

/// What run_blocking gives to await. F is a reference when it was given a function that has a name.
template <class F>
class Blocking final : public RemoteOperation, private BlockingWork, private Timer {
  static constexpr bool kTakesStop = std::invocable<F&, std::stop_token>;
  static_assert(kTakesStop || std::invocable<F&>,
                "run_blocking wants a function without arguments, or of a std::stop_token");
  static_assert(std::is_nothrow_destructible_v<F>, "nobody takes what it throws at its end");

  struct NoStop {};
  struct NoJob {};
  using Stop = std::conditional_t<kTakesStop, std::stop_source, NoStop>;
  /// What hangs on the token is user code, and gets a job. The operation stands until that is over.
  struct FireStop final : Job {
    FireStop() = default;
    FireStop(FireStop&& other) noexcept : Job() { MASTIC_ASSERT(other.owner == nullptr); }
    void run() noexcept override { owner->stop_.request_stop(); }
    /// It is what ends code that holds threads, so it does not wait for these.
    [[nodiscard]] bool is_trusted() noexcept override { return true; }
    void finish() noexcept override {
      is_over = true;
      if (owner->has_arrived_) owner->complete();
    }
    Blocking* owner = nullptr;  ///< once it is enqueued
    bool is_over = false;
  };

  static decltype(auto) call(F& function, [[maybe_unused]] Stop& stop) {
    if constexpr (kTakesStop) {
      return function(stop.get_token());
    } else {
      return function();
    }
  }

 public:
  /// What the function returns, and the await gives.
  using Result = decltype(call(std::declval<F&>(), std::declval<Stop&>()));
  static_assert(std::is_void_v<Result> || std::is_object_v<Result>,
                "run_blocking gives its result by value; return a pointer to share one");

  /// What the function does to its thread: it blocks for any time, or reads a file.
  enum class What : std::uint8_t { Blocks, Reads };
  /// It may wait for a thread for `longest_wait`; for ever when that is zero.
  explicit Blocking(F&& function, base::Duration longest_wait = {}, What what = What::Blocks)
      : function_(std::forward<F>(function)), longest_wait_(longest_wait), what_(what) {}

  Result await_resume() {
    finish_await();
    if (refused_) throw ExecutorFull();
    if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
    if constexpr (!std::is_void_v<Result>) return *std::move(result_);
  }

 private:
  struct Unit {};
  using Value = std::conditional_t<std::is_void_v<Result>, Unit, Result>;

  [[nodiscard]] BlockingExecutor& blocking_executor() const {
    return what_ == What::Reads ? executor().disk_executor() : executor().blocking_executor();
  }
  void begin() override {
    refused_ = !blocking_executor().submit(*this);
    if (refused_) return complete();
    const bool is_limited = longest_wait_ > base::Duration::zero();
    if (is_limited) executor().arm(*this, base::after(executor().now(), longest_wait_));
  }
  /// It has waited long enough, unless it runs already.
  void expired() noexcept override {
    refused_ = blocking_executor().withdraw(*this);
    if (refused_) complete();
  }
  Cancel cancel() noexcept override {
    disarm();
    if (blocking_executor().withdraw(*this)) return Cancel::GivenUp;
    if constexpr (kTakesStop) {
      if (std::exchange(fire_stop_.owner, this) == nullptr) executor().enqueue(fire_stop_);
    }
    return Cancel::Coming;
  }
  void arrived() noexcept override {
    disarm();
    has_arrived_ = true;
    if constexpr (kTakesStop) {
      if (fire_stop_.owner != nullptr && !fire_stop_.is_over) return;  // which completes it then
    }
    complete();
  }
  void run() noexcept override {
    run_function();
    complete_remotely();
  }
  void run_function() noexcept {
    const base::Activity::Scope doing(for_);
    try {
      if constexpr (std::is_void_v<Result>) {
        call(function_, stop_);
      } else {
        result_.emplace(call(function_, stop_));
      }
    } catch (...) {
      exception_ = std::current_exception();
    }
  }

  F function_;
  base::Duration longest_wait_;
  [[no_unique_address]] Stop stop_;
  [[no_unique_address]] std::conditional_t<kTakesStop, FireStop, NoJob> fire_stop_;
  std::optional<Value> result_;
  std::exception_ptr exception_;
  const What what_;
  const base::Activity* const for_ = base::Activity::of_this_thread();  ///< that awaits it
  bool refused_ = false;
  bool has_arrived_ = false;
};

/// Runs `f` where it may block, and gives what it returns or throws. It is called once, as `f()` or
/// as `f(std::stop_token)`, on a thread of Executor::blocking_executor(). A function that has a name is
/// referred to, a temporary is kept.
///
/// Cancelled before `f` began: `f` never runs, the await throws Cancelled. Cancelled while it runs:
/// the token fires, in a job of the executor, as handlers run; the await stands until that and `f`
/// have ended and gives its result, and the next await throws Cancelled. Throws ExecutorFull when the queue
/// of the threads is full.
///
/// It waits for a thread for as long as that takes, or for `longest_wait`: then it throws
/// ExecutorFull, and `f` never runs.
template <class F>
[[nodiscard]] Blocking<F> run_blocking(F&& f, base::Duration longest_wait = {}) {
  static_assert(detail::kIsSafeTemporary<F>,
                "GCC 12 destroys twice what a lambda captures by value inside of a co_await: give "
                "the lambda a name, as in `auto f = [...] { ... }; co_await run_blocking(f);`");
  return Blocking<F>(std::forward<F>(f), longest_wait);
}

/// Runs what reads or writes files on such a thread: it has threads of its own number
/// (Executor::disk_executor), so that a disk that hangs does not take those of everything else.
template <class F>
[[nodiscard]] Blocking<F> run_reading(F&& f, base::Duration longest_wait = {}) {
  static_assert(detail::kIsSafeTemporary<F>, "give the lambda a name, as for run_blocking");
  return Blocking<F>(std::forward<F>(f), longest_wait, Blocking<F>::What::Reads);
}

}  // namespace mastic::async
