// A task of a thread pool: work in its queue, and the state of a future. For thread_pool.h.

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

/// What may be said of a task.
struct TaskOptions {
  /// Stands in messages; without it, the name of the pool does.
  std::string name = {};
  /// From its submission on. Then it is not begun any more, or asked to stop.
  std::optional<base::Duration> deadline = {};
};

/// Thrown by Future::get and its kin in a thread of a pool: to run the task that it waits for would
/// put one more onto a stack that holds ThreadPool::Options::max_nested already.
class NestedTooDeep : public std::runtime_error {
 public:
  explicit NestedTooDeep(std::size_t depth);
};

/// What the pool knows of a task. The queue, or the thread that runs it, has a reference to its
/// state.
class PoolTask : public async::BlockingWork {
 public:
  void run() noexcept final;

 protected:
  enum class Attention : std::uint8_t {
    None,
    Stop,  ///< it takes a stop token: a pool that stops asks it
  };
  PoolTask(ThreadPool& pool, FutureState& state, std::optional<base::Duration> deadline,
           Attention attention);

  /// Calls the function and drops it; returns what it threw.
  virtual std::exception_ptr call() noexcept = 0;

  // For the state, under its lock, while it is Waiting.
  /// It will not run, unless a thread has it already.
  void give_up() noexcept;
  /// Whether it was still queued; then the caller is to run it, on top of the task that its thread is
  /// in. Throws NestedTooDeep, and leaves it where it is.
  [[nodiscard]] bool take_out_nested();
  void run_nested() noexcept;

  [[nodiscard]] bool is_of_this_thread() const noexcept;
  [[nodiscard]] const std::string& pool_name() const;

 private:
  friend class ThreadPool;
  ThreadPool& pool_;  ///< there until the state is Done
  FutureState& state_;
  base::Instant due_;  ///< max() without a deadline
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

/// What can be submitted.
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
