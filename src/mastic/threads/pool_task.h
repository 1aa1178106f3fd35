// A task of a thread pool: work in its queue and, at the same time, the state of a future. Used by
// thread_pool.h.

#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

#include "mastic/async/blocking_executor.h"
#include "mastic/base/units.h"
#include "mastic/threads/disposable.h"
#include "mastic/threads/future_state.h"

namespace mastic::threads {

class ThreadPool;

/// The settings of a task.
struct TaskOptions {
  /// Appears in messages about the task. When the name is empty, the name of the pool appears.
  std::string name = {};
  /// How long after its submission the task may run. After that, a task that has not begun is lost
  /// (TaskLost::Why::Expired), and a task that is running is asked to stop.
  std::optional<base::Duration> deadline = {};
};

/// Thrown by Future::get and Future::wait on a thread of a pool, when running the awaited task
/// would nest more than ThreadPool::Options::max_nested tasks on the stack of that thread.
class NestedTooDeep : public std::runtime_error {
 public:
  explicit NestedTooDeep(std::size_t depth);
};

/// A task without its function, as the pool sees it. The queue, or the thread that runs the task,
/// holds a reference to the state of the task.
class PoolTask : public async::BlockingWork {
 public:
  void run() noexcept final;

 protected:
  enum class Attention : std::uint8_t {
    None,
    Stop,  ///< the task takes a stop token, so a pool that discards asks it to stop
  };
  PoolTask(ThreadPool& pool, FutureState& state, std::optional<base::Duration> deadline,
           Attention attention);

  /// Calls the function and destroys it. Returns the exception that the function threw, or null.
  virtual std::exception_ptr call() noexcept = 0;

  // The state calls the next two functions with its lock held, while the state is Waiting.
  /// Takes the task out of the queue, unless a thread has just taken it.
  void give_up() noexcept;
  /// Takes the task out of the queue, so that the caller can run it on top of its thread's current
  /// task. Returns whether the task was queued. When this function throws NestedTooDeep, the task
  /// stays queued.
  [[nodiscard]] bool take_out_nested();
  /// Runs the task on top of the current one. Requires: take_out_nested returned true.
  void run_nested() noexcept;

  [[nodiscard]] bool is_of_this_thread() const noexcept;
  [[nodiscard]] const std::string& pool_name() const;

 private:
  friend class ThreadPool;
  ThreadPool& pool_;  ///< may be gone once the state is Done
  FutureState& state_;
  base::Instant due_;  ///< when the deadline passes; max() without a deadline
  const bool takes_stop_;
};

template <class F>
inline constexpr bool kTakesStopToken = std::invocable<F&, std::stop_token>;

template <class F>
struct TaskResult : std::invoke_result<F&> {};
template <class F>
  requires kTakesStopToken<F>
struct TaskResult<F> : std::invoke_result<F&, std::stop_token> {};
template <class F>
using TaskValue = typename TaskResult<F>::type;

/// A function that can be submitted: without parameters, or taking a std::stop_token.
template <class F>
concept TaskFunction = kTakesStopToken<std::decay_t<F>> || std::invocable<std::decay_t<F>&>;

/// A task with its function.
template <class F>
class FunctionTask final : public FutureResult<TaskValue<F>>, public PoolTask {
  using State = FutureResult<TaskValue<F>>;

 public:
  template <class G>
  FunctionTask(ThreadPool& pool, TaskOptions options, G&& function)
      : State(std::move(options.name),
              kTakesStopToken<F> ? FutureState::Stoppable::Yes : FutureState::Stoppable::No),
        PoolTask(pool, *this, options.deadline,
                 kTakesStopToken<F> ? Attention::Stop : Attention::None),
        function_(std::in_place, std::forward<G>(function)) {
    if constexpr (std::is_trivially_destructible_v<FutureValue<TaskValue<F>>>) this->value_taken();
  }

 private:
  bool help_here() override {
    if (!is_of_this_thread()) return false;
    {
      const std::lock_guard lock(this->mutex());
      if (!this->is_waiting() || !take_out_nested()) return false;
    }
    run_nested();
    return true;
  }
  std::exception_ptr call() noexcept override {
    std::exception_ptr error;
    try {
      if constexpr (kTakesStopToken<F>) {
        this->store(*function_, this->stop_token());
      } else {
        this->store(*function_);
      }
    } catch (...) {
      error = std::current_exception();
    }
    if (error != nullptr) this->name_if_nameless(pool_name());
    drop();
    return error;
  }
  void withdraw() noexcept override { give_up(); }
  void drop() noexcept override { function_.drop(this->name()); }

  Disposable<F> function_;
};

}  // namespace mastic::threads
