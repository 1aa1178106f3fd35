// Lets a task run code that blocks, on a thread that may block.
//
//     const auto rows = co_await run_blocking([&] { return database.query(text); });
//
// The function runs on a thread of Executor::blocking_executor(). The task waits for it, and the
// thread of the task runs other tasks meanwhile. The function may refer to variables of the task:
// the await does not end before the function has ended or has been withdrawn.

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

/// Thrown by run_blocking when all threads for blocking code are busy, and either their queue is
/// full or the function has waited in the queue for as long as it may. The function did not run.
class ExecutorFull : public std::runtime_error {
 public:
  ExecutorFull()
      : std::runtime_error(
            "no thread was free to run blocking code: the queue is full, or the wait exceeded "
            "its limit; use more threads or a longer queue") {}
};

/// The await that run_blocking returns. F is a reference if run_blocking was called with an lvalue.
template <class F>
class Blocking final : public RemoteOperation, private BlockingWork, private Timer {
  static constexpr bool kTakesStop = std::invocable<F&, std::stop_token>;
  static_assert(kTakesStop || std::invocable<F&>,
                "run_blocking takes a function that is called as f() or f(std::stop_token)");
  static_assert(std::is_nothrow_destructible_v<F>, "the function's destructor must not throw");

  struct NoStop {};
  struct NoJob {};
  using Stop = std::conditional_t<kTakesStop, std::stop_source, NoStop>;
  /// The job that fires the stop token. Stop callbacks are user code, so they run in a job. The
  /// operation does not complete before this job is over.
  struct FireStop final : Job {
    FireStop() = default;
    FireStop(FireStop&& other) noexcept : Job() { MASTIC_ASSERT(other.owner == nullptr); }
    void run() noexcept override { owner->stop_.request_stop(); }
    /// Trusted, because this job ends code that holds threads: it must not wait for one of those
    /// threads.
    [[nodiscard]] bool is_trusted() noexcept override { return true; }
    void finish() noexcept override {
      is_over = true;
      if (owner->has_arrived_) owner->complete();
    }
    Blocking* owner = nullptr;  ///< set when the job is enqueued
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
  /// The type that the function returns and the await gives.
  using Result = decltype(call(std::declval<F&>(), std::declval<Stop&>()));
  static_assert(std::is_void_v<Result> || std::is_object_v<Result>,
                "run_blocking gives its result by value: return a pointer instead of a reference");

  /// What the function may wait for: anything, or only a disk. `Continues` is for a function that
  /// may wait for anything and is part of work that has begun, so it is not refused.
  enum class What : std::uint8_t { Blocks, Reads, Continues };
  /// Makes the await. The function may wait in the queue for `longest_wait`, or without a limit if
  /// `longest_wait` is zero.
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
    refused_ = what_ == What::Continues ? !blocking_executor().submit_begun(*this)
                                        : !blocking_executor().submit(*this);
    if (refused_) return complete();
    const bool is_limited = longest_wait_ > base::Duration::zero();
    if (is_limited) executor().arm(*this, base::after(executor().now(), longest_wait_));
  }
  /// The function has waited in the queue for as long as it may. A function that already runs is
  /// not affected.
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
      // If the job that fires the token is not over, `finish` of that job completes the operation.
      if (fire_stop_.owner != nullptr && !fire_stop_.is_over) return;
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
  /// The activity of the awaiting task.
  const base::Activity* const for_ = base::Activity::of_this_thread();
  bool refused_ = false;
  bool has_arrived_ = false;
};

/// Runs `f` on a thread of Executor::blocking_executor() and gives what it returns or throws. `f`
/// is called once, as `f()` or as `f(std::stop_token)`. If `f` is an lvalue, the await keeps a
/// reference to it; a temporary is moved into the await.
///
/// If the task is cancelled before `f` has begun, `f` never runs and the await throws Cancelled. If
/// the task is cancelled while `f` runs, the stop token fires, in a job on the executor. The await
/// then waits for that job and for `f` and gives the result of `f`; the next await throws
/// Cancelled.
///
/// Throws ExecutorFull if the queue of the threads is full, or if no thread became free within
/// `longest_wait` (zero: no limit). Then `f` never runs.
template <class F>
[[nodiscard]] Blocking<F> run_blocking(F&& f, base::Duration longest_wait = {}) {
  static_assert(detail::kIsSafeTemporary<F>,
                "GCC 12 destroys a lambda's captures twice inside a co_await expression: give "
                "the lambda a name, as in `auto f = [...] { ... }; co_await run_blocking(f);`");
  return Blocking<F>(std::forward<F>(f), longest_wait);
}

/// Does what run_blocking does, for a further part of work that has begun, such as the next piece of
/// an answer. The part waits for a thread for as long as necessary, also when the queue is full.
template <class F>
[[nodiscard]] Blocking<F> run_blocking_part(F&& f) {
  static_assert(detail::kIsSafeTemporary<F>, "give the lambda a name, as for run_blocking");
  return Blocking<F>(std::forward<F>(f), base::Duration::zero(), Blocking<F>::What::Continues);
}

/// Runs a function that reads or writes files, on a thread of Executor::disk_executor(). The number
/// of these threads is limited separately, so that a disk that hangs does not occupy the threads of
/// all other blocking code.
template <class F>
[[nodiscard]] Blocking<F> run_reading(F&& f, base::Duration longest_wait = {}) {
  static_assert(detail::kIsSafeTemporary<F>, "give the lambda a name, as for run_blocking");
  return Blocking<F>(std::forward<F>(f), longest_wait, Blocking<F>::What::Reads);
}

}  // namespace mastic::async
