// Threads that run tasks.
//
//     threads::ThreadPool pool({.name = "images", .max_threads = 4});
//     threads::Future<Image> small = pool.submit([&] { return shrink(image); });
//     std::vector<Image> all = pool.map(images, shrink);
//
// Tasks may block. It is also an async::BlockingExecutor: what an async::Task must not do itself runs here.

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
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "mastic/async/blocking_executor.h"
#include "mastic/base/units.h"
#include "mastic/threads/blocking_scope.h"
#include "mastic/threads/future.h"
#include "mastic/threads/pool_task.h"
#include "mastic/threads/work_queue.h"

namespace mastic::threads {

/// What a bounded queue does with a task when it is full.
enum class WhenFull : std::uint8_t {
  Wait,       ///< `submit` waits for room; in a thread of the pool it runs the task itself
  Refuse,     ///< the task is refused
  ShedOldest  ///< the one that waits longest gives way
};

/// How a pool ends.
enum class Stop : std::uint8_t {
  Drain,    ///< what is queued is run
  Discard,  ///< what is queued is lost, and what runs is asked to stop
};

/// Everything is called from any thread. A task begins in the order of submission. One that is not
/// run to its end is never lost silently: its future throws TaskLost and says why.
///
/// A task may submit tasks and wait for them: `Future::get` in a thread of the pool runs a task that
/// has not begun, on top of the one that waits, `max_nested` deep at the most. While a task waits for something else, through a BlockingScope as all of Mastic
/// opens it, a stand-in takes its place, up to `max_stand_ins` of them. When all threads wait and no
/// more may be started, the UncaughtHook is told once.
///
/// Invariants, under the mutex:
///  1. Each thread is idle, runs work, or is coming for some: it was called, was started, or has told
///     its result and has nothing else to do (`is_free`). When more work is queued than threads are
///     coming, none is idle and as many run as may.
///  2. `queue_` holds the queued work, with a reference to the state of each PoolTask; `attended_`
///     the tasks that run and take a stop token; `deadlines_` those of either that have one.
///  3. The lock of a future's state is taken before ours, never after (future_state.h).
///  4. Who has work placed or taken out touches nothing of the pool once it has let go of the mutex:
///     that work may end the pool. So threads are called with the mutex held; one that is started
///     is counted before, and the pool waits for it.
class ThreadPool final : public async::BlockingExecutor, private BlockingHost {
 public:
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();
  /// For tasks that wait a lot: the cores and four, 32 at most.
  [[nodiscard]] static std::size_t usual_threads();

  struct Options {
    std::string name = "pool";
    /// Threads are started when they are needed. Those above `min_threads` end when they were idle
    /// for `max_idle`; the same number for both makes it fixed.
    std::size_t min_threads = 0;
    std::size_t max_threads = usual_threads();
    base::Duration max_idle = std::chrono::seconds(30);
    /// Threads above `max_threads` while as many are in a BlockingScope.
    std::size_t max_stand_ins = 32;
    std::size_t max_queued = kUnbounded;
    WhenFull when_full = WhenFull::Wait;
    /// Tasks on top of each other on one thread, each of which waits for the next, or met a full
    /// queue. Each takes stack. Beyond it Future::get throws NestedTooDeep, and `submit` refuses.
    std::size_t max_nested = 500;
    /// Called first in each thread. When it throws, the pool is broken: what is queued and what is
    /// submitted is lost, and the error of its future says why.
    std::function<void()> initializer = {};
  };

  /// Starts `min_threads`. Throws std::logic_error when `max_threads` or `max_queued` is 0, or less
  /// than the least.
  explicit ThreadPool(Options options);
  ThreadPool() : ThreadPool(Options()) {}
  /// Drains it. Not in one of its threads.
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Has `function` called, which may take a std::stop_token; Future::cancel, the deadline and a
  /// pool that discards ask through it. What it captured is destroyed before the future is done.
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
  /// Does not wait, and sheds nothing: none when there is no room.
  template <TaskFunction F>
  auto try_submit(F&& function) -> std::optional<Future<TaskValue<std::decay_t<F>>>> {
    auto [task, future] = make_task(TaskOptions(), std::forward<F>(function));
    if (!try_place(*task)) return std::nullopt;
    return std::move(future);
  }
  /// A task for each item, with copies of the item and of `function`. Cheaper than one by one.
  template <std::ranges::input_range Items, class F>
  auto submit_all(Items&& items, const F& function);

  /// Calls `function` with each item, several at once, and waits for all. The results come in the
  /// order of the items; items and function are not copied. When a call throws, those that have not
  /// begun are cancelled, the others end, and the first exception in that order is thrown.
  ///
  /// An item is a task: many small ones are better mapped in chunks.
  template <std::ranges::input_range Items, class F>
  auto map(Items&& items, F&& function);

  /// Takes no more tasks, those of its own tasks neither, deals with what is queued, and waits for
  /// what runs; in one of its threads it does not wait. Discard may follow a Drain that waits.
  void stop(Stop how);

  struct Statistics {
    std::size_t threads = 0;  ///< now, as all up to `oldest`
    std::size_t busy = 0;
    std::size_t idle = 0;
    std::size_t blocked = 0;  ///< of the busy ones: in a BlockingScope
    std::size_t queued = 0;
    base::Duration oldest{};    ///< for how long the first one in the queue has been there
    std::uint64_t done = 0;     ///< tasks that were run, since the beginning, as all below
    std::uint64_t failed = 0;   ///< of these: they threw
    std::uint64_t lost = 0;     ///< were queued and did not begin: cancelled, late, shed, discarded
    std::uint64_t refused = 0;  ///< were not queued
  };
  [[nodiscard]] Statistics statistics() const;
  [[nodiscard]] const std::string& name() const { return options_.name; }

  // async::BlockingExecutor. Such work is neither shed nor discarded: a pool that stops runs it.
  [[nodiscard]] bool submit(async::BlockingWork& work) override;
  [[nodiscard]] bool withdraw(async::BlockingWork& work) noexcept override;
  [[nodiscard]] bool has_reserve() const noexcept override { return false; }

 private:
  friend class PoolTask;
  struct Worker;
  enum class Admission : std::uint8_t { Queued, RunHere, TooDeep, Full, Stopped, Broken };
  enum class Patience : std::uint8_t { ByPolicy, None };

  template <class F>
  auto make_task(TaskOptions options, F&& function) {
    using Task = FunctionTask<std::decay_t<F>>;
    auto* const task = new Task(*this, std::move(options), std::forward<F>(function));
    using Value = TaskValue<std::decay_t<F>>;
    return std::pair(task, Future<Value>(StateReference<FutureResult<Value>>(task)));
  }

  // Placing tasks. The future has its reference already.
  void place(PoolTask& task);
  [[nodiscard]] bool try_place(PoolTask& task);
  void place_all(std::span<PoolTask* const> tasks);
  [[nodiscard]] Admission enqueue(async::BlockingWork& work, PoolTask* task, Patience patience);
  void settle(PoolTask& task, Admission admission);
  [[nodiscard]] Admission admit(std::unique_lock<std::mutex>& lock, Patience patience,
                                PoolTask*& shed);
  void wait_for_room(std::unique_lock<std::mutex>& lock);
  void push(async::BlockingWork& work, PoolTask* task);
  [[nodiscard]] PoolTask* pop_oldest_task();
  [[nodiscard]] std::vector<PoolTask*> pop_all_tasks();
  void lose_all(const std::vector<PoolTask*>& tasks, TaskLost::Why why);

  // For tasks.
  [[nodiscard]] bool is_of_this_thread() const noexcept;
  void give_up(PoolTask& task) noexcept;
  [[nodiscard]] bool take_out(async::BlockingWork& work) noexcept;
  /// How many stand on this thread's stack, when no more may; else 0.
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
  void start(Worker* worker) noexcept;
  void work(Worker& self) noexcept;
  void initialize() noexcept;
  void break_down(const std::string& reason) noexcept;
  [[nodiscard]] async::BlockingWork* next_work(std::unique_lock<std::mutex>& lock, Worker& self);
  [[nodiscard]] bool idle(std::unique_lock<std::mutex>& lock, Worker& self);
  void blocks() noexcept override;
  void goes_on() noexcept override;
  void start_clock();
  void keep_time();
  void join_all();

  const Options options_;
  std::mutex starting_mutex_;  ///< of the std::thread objects; taken without the other
  mutable std::mutex mutex_;   ///< of all below
  WorkQueue queue_;
  WorkQueue attended_;
  std::set<std::pair<base::Instant, PoolTask*>> deadlines_;
  std::vector<std::unique_ptr<Worker>> workers_;  ///< as many as there may ever be
  std::vector<Worker*> idle_;                     ///< the one idle for the shortest last
  std::size_t threads_ = 0;                       ///< those being started too
  std::size_t coming_ = 0;                        ///< called or started, and not there yet
  std::size_t blocked_ = 0;
  std::size_t waiting_for_room_ = 0;
  std::condition_variable has_room_;
  std::condition_variable has_ended_;
  std::condition_variable clock_call_;
  std::thread clock_;  ///< keeps the deadlines; started with the first
  bool is_stopping_ = false;
  bool is_discarding_ = false;
  bool is_over_ = false;  ///< for the clock
  bool has_told_of_standstill_ = false;
  std::string broken_;  ///< why it is; empty when it is not
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
  using Item = std::ranges::range_reference_t<Items>;  // a reference, or what the range makes
  struct Each {
    std::remove_reference_t<F>& function;
    Item item;
    decltype(auto) operator()() { return std::invoke(function, static_cast<Item&&>(item)); }
  };
  using Value = TaskValue<Each>;
  struct Calls {
    ~Calls() {  // they refer to the items and the function
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
