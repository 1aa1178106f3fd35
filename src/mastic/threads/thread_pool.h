// Threads that run tasks.
//
//     threads::ThreadPool pool({.name = "images", .max_threads = 4});
//     threads::Future<Image> small = pool.submit([&] { return shrink(image); });
//     std::vector<Image> all = pool.map(images, shrink);
//
// Tasks may block. A pool is also an async::BlockingExecutor: work that an async::Task must not do
// itself runs here.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "mastic/async/blocking_executor.h"
#include "mastic/base/units.h"
#include "mastic/threads/blocking_scope.h"
#include "mastic/threads/future.h"
#include "mastic/threads/pool_task.h"
#include "mastic/threads/shared_future.h"
#include "mastic/threads/work_queue.h"

namespace mastic::threads {

/// What to do with a new task when the queue is full.
enum class WhenFull : std::uint8_t {
  Wait,       ///< `submit` waits for room; in a thread of the pool it runs the task itself
  Refuse,     ///< the new task is refused
  ShedOldest  ///< the task that has waited longest is dropped
};

/// How a pool ends.
enum class Stop : std::uint8_t {
  Drain,    ///< queued tasks are run
  Discard,  ///< queued tasks are lost, and running ones are asked to stop
};

/// A pool of threads with one queue. All members may be called from any thread. Tasks begin in the
/// order of submission. A task that is not run to its end is never lost silently: its future throws
/// TaskLost with the reason.
///
/// A task may submit tasks and wait for them: in a thread of the pool, `Future::get` runs a task
/// that has not begun on top of the task that waits, at most `max_nested` deep. While a task waits
/// for something else in a BlockingScope, as all waits of Mastic are, another thread takes its
/// place; there are up to `max_stand_ins` such stand-ins. When all threads wait and no more threads
/// may be started, the UncaughtHook is told once.
///
/// Invariants, under the mutex:
///
/// 1. Each thread is idle, runs work, or is coming for work: it was called, was started, or has
///    given its result and has nothing else to do (`is_free`). When more work is queued than
///    threads are coming, no thread is idle, and as many threads run as are allowed.
/// 2. `queue_` holds the queued work, with a reference to the state of each PoolTask; `attended_`
///    holds the running tasks that take a stop token; `deadlines_` holds the queued and running
///    tasks whose deadline has not passed yet.
/// 3. The lock of a future's state is taken before ours, never after (future_state.h).
/// 4. A thread that has queued work, or taken work out, touches nothing of the pool after it
///    releases the mutex: that work may end the pool. So threads are called with the mutex held. A
///    thread that is to be started is counted before, because the pool waits for the threads that
///    it has counted.
class ThreadPool final : public async::BlockingExecutor, private BlockingHost {
 public:
  /// No limit to the queue.
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();
  /// A number of threads for tasks that often wait: four more than there are cores, at most 32.
  [[nodiscard]] static std::size_t usual_threads();

  /// The settings of a pool.
  struct Options {
    /// Appears in messages and in the names of the threads.
    std::string name = "pool";
    /// The pool starts threads when it needs them, up to `max_threads`. Threads above `min_threads`
    /// end after they have been idle for `max_idle`. Set both to the same number for a pool of
    /// fixed size.
    std::size_t min_threads = 0;
    /// How many threads may run tasks, not counting stand-ins; further tasks wait in the queue.
    std::size_t max_threads = usual_threads();
    /// How long a thread above `min_threads` stays idle before it ends.
    base::Duration max_idle = std::chrono::seconds(30);
    /// How many stand-ins there may be: threads above `max_threads`, each of which takes the place
    /// of a thread that is in a BlockingScope.
    std::size_t max_stand_ins = 32;
    /// How many tasks may wait in the queue; at least 1.
    std::size_t max_queued = kUnbounded;
    /// What `submit` does when the queue is full.
    WhenFull when_full = WhenFull::Wait;
    /// How many tasks may be nested on one thread: each of them waits for the next, or has
    /// submitted the next to a full queue. Each nested task takes stack. When more would be nested,
    /// Future::get throws NestedTooDeep, and `submit` refuses the task.
    std::size_t max_nested = 500;
    /// Called first in each thread. When the function throws, the pool is broken: tasks that are
    /// queued or submitted are lost, and the error of their future says why.
    std::function<void()> initializer = {};
  };

  /// Starts `min_threads` threads. Throws std::logic_error when `max_threads` is 0 or below
  /// `min_threads`, or when `max_queued` is 0.
  explicit ThreadPool(Options options);
  ThreadPool() : ThreadPool(Options()) {}
  /// Drains the pool. Must not be called in one of the pool's own threads.
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Queues `function` and returns the future of its result. The function may take a
  /// std::stop_token, through which Future::cancel, the deadline and Stop::Discard ask it to stop.
  /// The captures of the function are destroyed before the future is done.
  template <TaskFunction F>
  auto submit(TaskOptions options, F&& function) -> Future<TaskValue<std::decay_t<F>>> {
    auto [task, future] = make_task(std::move(options), std::forward<F>(function));
    place(*task);
    return std::move(future);
  }
  template <TaskFunction F>
  auto submit(F&& function) -> Future<TaskValue<std::decay_t<F>>> {
    return submit(TaskOptions(), std::forward<F>(function));
  }
  /// Queues `function` if there is room; otherwise returns nothing. Neither waits nor sheds a task.
  template <TaskFunction F>
  auto try_submit(F&& function) -> std::optional<Future<TaskValue<std::decay_t<F>>>> {
    auto [task, future] = make_task(TaskOptions(), std::forward<F>(function));
    if (!try_place(*task)) return std::nullopt;
    return std::move(future);
  }
  /// Queues a task for each item and returns the futures in the order of the items. Each task has
  /// its own copies of the item and of `function`. Cheaper than submitting the tasks one by one.
  template <std::ranges::input_range Items, class F>
  auto submit_all(Items&& items, const F& function);

  /// Calls `function` with each item, several at a time, and waits for all calls. Returns the
  /// results in the order of the items; neither items nor function are copied. When a call throws,
  /// calls that have not begun are cancelled, the other calls run to their end, and the first
  /// exception in the order of items is thrown.
  ///
  /// Each item makes a task, so pass many small items in chunks.
  template <std::ranges::input_range Items, class F>
  auto map(Items&& items, F&& function);

  /// Refuses new tasks, even those that the pool's own tasks submit; runs or discards the queued
  /// tasks; and waits for the running tasks. When it is called in one of the pool's own threads,
  /// `stop` does not wait. While one thread waits in a stop with Drain, another may call `stop`
  /// with Discard.
  void stop(Stop how);
  /// Begins to stop as `stop` does, and does not wait: running tasks continue, and with Drain the
  /// queued tasks still run. Futures are done as their tasks end; `stop` or the destructor waits
  /// for all tasks.
  void request_stop(Stop how);

  /// Figures for monitoring. Those up to `oldest` are of this moment; from `done` on they count
  /// since the pool was made.
  struct Statistics {
    std::size_t threads = 0;    ///< all threads
    std::size_t busy = 0;       ///< threads that run a task
    std::size_t idle = 0;       ///< threads that wait for a task
    std::size_t blocked = 0;    ///< busy threads that are in a BlockingScope
    std::size_t queued = 0;     ///< tasks in the queue
    base::Duration oldest{};    ///< how long the first task in the queue has waited
    std::uint64_t done = 0;     ///< tasks that were run
    std::uint64_t failed = 0;   ///< tasks that were run and threw
    std::uint64_t lost = 0;     ///< tasks that never began: cancelled, late, shed or discarded
    std::uint64_t refused = 0;  ///< tasks that were not queued
  };
  /// The figures of this moment. Callable from any thread.
  [[nodiscard]] Statistics statistics() const;
  /// The name of the pool, as its options have it.
  [[nodiscard]] const std::string& name() const { return options_.name; }

  // async::BlockingExecutor. BlockingWork is never shed or discarded: a pool that stops runs it.
  [[nodiscard]] bool submit(async::BlockingWork& work) override;
  [[nodiscard]] bool withdraw(async::BlockingWork& work) noexcept override;
  [[nodiscard]] bool has_reserve() const noexcept override { return false; }

 private:
  friend class PoolTask;
  struct Worker;
  enum class Admission : std::uint8_t { Queued, RunHere, TooDeep, Full, Stopped, Broken };
  enum class Patience : std::uint8_t { ByPolicy, None };
  using Deadlines = std::set<std::pair<base::Instant, PoolTask*>>;

  template <class F>
  auto make_task(TaskOptions options, F&& function) {
    using Task = FunctionTask<std::decay_t<F>>;
    auto* const task = new Task(*this, std::move(options), std::forward<F>(function));
    using Value = TaskValue<std::decay_t<F>>;
    return std::pair(task, Future<Value>(StateReference<FutureResult<Value>>(task)));
  }

  // Queueing tasks. Each task has one reference already, that of its future.
  void place(PoolTask& task);
  [[nodiscard]] bool try_place(PoolTask& task);
  void place_all(std::span<PoolTask* const> tasks);
  [[nodiscard]] Admission enqueue(async::BlockingWork& work, PoolTask* task, Patience patience,
                                  Deadlines::node_type deadline);
  void settle(PoolTask& task, Admission admission);
  [[nodiscard]] Admission admit(std::unique_lock<std::mutex>& lock, Patience patience,
                                PoolTask*& shed);
  void wait_for_room(std::unique_lock<std::mutex>& lock);
  void push(async::BlockingWork& work, Deadlines::node_type deadline);
  [[nodiscard]] PoolTask* pop_oldest_task();
  [[nodiscard]] std::vector<PoolTask*> pop_all_tasks();
  void lose_all(const std::vector<PoolTask*>& tasks, TaskLost::Why why);

  // For tasks.
  [[nodiscard]] bool is_of_this_thread() const noexcept;
  void give_up(PoolTask& task) noexcept;
  [[nodiscard]] bool take_out(async::BlockingWork& work) noexcept;
  [[nodiscard]] bool take_out_if_queued(const async::BlockingWork& work) noexcept;
  /// How many tasks are nested on this thread's stack if no more may be nested; 0 if more may.
  [[nodiscard]] std::size_t nested_too_deep() const noexcept;
  void run_nested(PoolTask& task) noexcept;
  [[nodiscard]] std::atomic<bool>* thread_is_free() const noexcept;
  void thread_is_held_up() noexcept;
  void task_begins(PoolTask& task) noexcept;
  void task_ends(PoolTask& task, bool has_failed) noexcept;

  // Threads.
  [[nodiscard]] Worker* call_for_work();
  [[nodiscard]] std::size_t free_threads() const noexcept;
  [[nodiscard]] bool may_start() const noexcept;
  [[nodiscard]] Worker* reserve_thread();
  [[nodiscard]] bool start(Worker* worker, const async::BlockingWork* its_work) noexcept;
  void run_what_is_left() noexcept;
  void work(Worker& self) noexcept;
  void name_thread(const std::string& suffix) const noexcept;
  void initialize() noexcept;
  void break_down(std::string_view reason, std::string_view detail) noexcept;
  [[nodiscard]] async::BlockingWork* next_work(std::unique_lock<std::mutex>& lock, Worker& self);
  [[nodiscard]] bool idle(std::unique_lock<std::mutex>& lock, Worker& self);
  void blocks() noexcept override;
  void tell_of_standstill(std::size_t threads, std::size_t tasks) const noexcept;
  void goes_on() noexcept override;
  void start_clock();
  void keep_time();
  void join_all();

  const Options options_;
  /// Guards the std::thread objects; never taken together with `mutex_`.
  std::mutex starting_mutex_;
  mutable std::mutex mutex_;  ///< guards all members below, except `clock_`
  WorkQueue queue_;
  WorkQueue attended_;
  Deadlines deadlines_;
  std::vector<std::unique_ptr<Worker>> workers_;  ///< one for each thread that there may ever be
  std::vector<Worker*> idle_;                     ///< the last one became idle most recently
  std::size_t threads_ = 0;   ///< how many threads, including those being started
  std::size_t coming_ = 0;    ///< threads called or started that are not there yet
  std::size_t starting_ = 0;  ///< how many of these are being started
  std::size_t blocked_ = 0;
  std::size_t waiting_for_room_ = 0;
  std::condition_variable has_room_;
  std::condition_variable has_ended_;
  std::condition_variable clock_call_;
  std::thread clock_;  ///< watches the deadlines; started with the first one
  bool is_stopping_ = false;
  bool is_discarding_ = false;
  bool is_over_ = false;  ///< tells the clock to end
  bool has_told_of_standstill_ = false;
  std::string broken_;  ///< why the pool is broken; empty when it is not
  std::uint64_t lost_ = 0;
  std::uint64_t refused_ = 0;
};

// ---- many at once ----

template <std::ranges::input_range Items, class F>
auto ThreadPool::submit_all(Items&& items, const F& function) {
  using Item = std::ranges::range_value_t<Items>;
  const auto make = [&](auto&& item) {
    return make_task(TaskOptions(),
                     [call = function, mine = Item(std::forward<decltype(item)>(item))]() mutable {
                       return std::invoke(call, std::move(mine));
                     });
  };
  using Made = decltype(make(*std::ranges::begin(items)));
  std::vector<typename Made::second_type> futures;
  std::vector<PoolTask*> tasks;
  for (auto&& item : items) {
    auto [task, future] = make(std::forward<decltype(item)>(item));
    futures.push_back(std::move(future));
    tasks.push_back(task);
  }
  place_all(tasks);
  return futures;
}

template <std::ranges::input_range Items, class F>
auto ThreadPool::map(Items&& items, F&& function) {
  // A reference, or a value that the range makes.
  using Item = std::ranges::range_reference_t<Items>;
  struct Each {
    std::remove_reference_t<F>& function;
    Item item;
    decltype(auto) operator()() { return std::invoke(function, static_cast<Item&&>(item)); }
  };
  using Value = TaskValue<Each>;
  struct Calls {
    // The calls refer to items and function, so they must end before `map` returns or throws.
    ~Calls() {
      for (auto& future : futures) {
        if (!future.is_empty()) (void)future.cancel();
      }
      for (auto& future : futures) {
        if (!future.is_empty()) future.wait();
      }
    }
    std::vector<Future<Value>> futures;
  } calls;
  std::vector<PoolTask*> tasks;
  for (auto&& item : items) {
    auto [task, future] = make_task(TaskOptions(), Each{function, static_cast<Item&&>(item)});
    calls.futures.push_back(std::move(future));
    tasks.push_back(task);
  }
  place_all(tasks);
  if constexpr (std::is_void_v<Value>) {
    for (auto& future : calls.futures) future.get();
  } else {
    std::vector<Value> results;
    results.reserve(calls.futures.size());
    for (auto& future : calls.futures) results.push_back(future.get());
    return results;
  }
}

}  // namespace mastic::threads
