// Over 500 lines because all of it is about what stands under one mutex.

#include "mastic/threads/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <system_error>

#include "mastic/base/assert.h"
#include "mastic/threads/alternate_stack.h"
#include "mastic/threads/thread.h"
#include "mastic/threads/uncaught_error.h"

namespace mastic::threads {

/// A thread of the pool, or a place for one.
struct ThreadPool::Worker {
  explicit Worker(std::size_t its_number) : number(its_number) {}

  /// Of this thread.
  static inline thread_local Worker* current = nullptr;

  const std::size_t number;
  std::thread thread;            ///< under `starting_mutex_`
  std::condition_variable call;  ///< while it is idle
  bool is_called = false;
  std::size_t nested = 0;  ///< tasks on top of the first; its own
  /// It has told a result, and comes for work next. Set by the thread before anybody can know that
  /// result, cleared under the pool's mutex.
  std::atomic<bool> is_free{false};
  bool is_taken = false;  ///< it is a thread, and not just a place
  // Written by the thread alone.
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint64_t> failed{0};
};

namespace {

base::Instant now() { return std::chrono::steady_clock::now(); }

/// Adds one to a number that only this thread writes.
void count(std::atomic<std::uint64_t>& number) {
  number.store(number.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

/// Whose thread this is.
thread_local const ThreadPool* current_pool = nullptr;

ThreadPool::Options checked(ThreadPool::Options options) {
  if (options.max_threads == 0 || options.max_threads < options.min_threads) {
    throw std::logic_error("a thread pool needs a thread, and no fewer at most than at least");
  }
  if (options.max_queued == 0) throw std::logic_error("a thread pool needs room for a task");
  return options;
}

}  // namespace

// ---- beginning and end ----

std::size_t ThreadPool::usual_threads() {
  return std::min<std::size_t>(std::thread::hardware_concurrency() + 4, 32);
}

ThreadPool::ThreadPool(Options options) : options_(checked(std::move(options))) {
  const std::size_t most = options_.max_threads + options_.max_stand_ins;
  for (std::size_t i = 0; i < most; ++i) workers_.push_back(std::make_unique<Worker>(i + 1));
  idle_.reserve(most);
  for (std::size_t i = 0; i < options_.min_threads; ++i) {
    std::unique_lock lock(mutex_);
    Worker* const fresh = reserve_thread();
    lock.unlock();
    start(fresh);
  }
}

ThreadPool::~ThreadPool() {
  MASTIC_ASSERT(!is_of_this_thread());  // it would wait for itself
  stop(Stop::Drain);
}

void ThreadPool::stop(Stop how) {
  std::vector<PoolTask*> lost;
  std::vector<StateReference<FutureState>> asked;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    if (how == Stop::Discard) {
      is_discarding_ = true;
      lost = pop_all_tasks();
      for (auto* work = attended_.first(); work != nullptr; work = attended_.next(*work)) {
        FutureState& state = static_cast<PoolTask*>(work)->state_;
        state.add_reference();
        asked.emplace_back(&state);
      }
    }
    for (Worker* const worker : idle_) {
      ++coming_;
      worker->is_called = true;
      worker->call.notify_one();
    }
    idle_.clear();
    has_room_.notify_all();
  }
  lose_all(lost, TaskLost::Why::Stopped);
  for (const auto& state : asked) (void)state->cancel();
  if (!is_of_this_thread()) join_all();
}

void ThreadPool::join_all() {
  const BlockingScope blocking;
  {
    std::unique_lock lock(mutex_);
    has_ended_.wait(lock, [this] { return threads_ == 0; });
    is_over_ = true;
    clock_call_.notify_one();
  }
  std::thread clock;
  {
    const std::lock_guard lock(starting_mutex_);
    for (const auto& worker : workers_) {
      if (worker->thread.joinable()) worker->thread.join();
    }
    clock = std::move(clock_);
  }
  if (clock.joinable()) clock.join();
}

ThreadPool::Statistics ThreadPool::statistics() const {
  const std::lock_guard lock(mutex_);
  Statistics all{.threads = threads_,
                 .busy = threads_ - idle_.size(),
                 .idle = idle_.size(),
                 .blocked = blocked_,
                 .queued = queue_.size(),
                 .lost = lost_,
                 .refused = refused_};
  if (!queue_.empty()) all.oldest = now() - queue_.first()->queued_at;
  for (const auto& worker : workers_) {
    all.done += worker->done.load(std::memory_order_relaxed);
    all.failed += worker->failed.load(std::memory_order_relaxed);
  }
  return all;
}

// ---- placing work ----

void ThreadPool::place(PoolTask& task) {
  if (task.due_ != base::Instant::max()) start_clock();
  task.state_.add_reference();
  const Admission admission = enqueue(task, &task, Patience::ByPolicy);
  if (admission != Admission::Queued) settle(task, admission);  // else the pool may be no more
}

bool ThreadPool::try_place(PoolTask& task) {
  task.state_.add_reference();
  const Admission admission = enqueue(task, &task, Patience::None);
  if (admission == Admission::Queued) return true;  // and the pool may be no more
  settle(task, admission);
  if (admission == Admission::Full) (void)task.state_.collect_error();
  return admission != Admission::Full;
}

void ThreadPool::place_all(std::span<PoolTask* const> tasks) {
  std::size_t placed = 0;
  std::vector<Worker*> fresh;
  for (PoolTask* const task : tasks) task->state_.add_reference();
  {
    const std::lock_guard lock(mutex_);
    if (!is_stopping_ && broken_.empty()) {
      for (; placed < tasks.size() && queue_.size() < options_.max_queued; ++placed) {
        push(*tasks[placed], tasks[placed]);
        if (Worker* const worker = call_for_work()) fresh.push_back(worker);
      }
    }
  }
  for (Worker* const worker : fresh) start(worker);
  for (PoolTask* const task : tasks.subspan(placed)) {
    settle(*task, enqueue(*task, task, Patience::ByPolicy));
  }
}

bool ThreadPool::submit(async::BlockingWork& work) {
  return enqueue(work, nullptr, Patience::None) == Admission::Queued;
}

bool ThreadPool::withdraw(async::BlockingWork& work) noexcept { return take_out(work); }

ThreadPool::Admission ThreadPool::enqueue(async::BlockingWork& work, PoolTask* task,
                                          Patience patience) {
  PoolTask* shed = nullptr;
  Worker* fresh = nullptr;
  {
    std::unique_lock lock(mutex_);
    const Admission admission = admit(lock, patience, shed);
    if (admission != Admission::Queued) {
      if (admission != Admission::RunHere) ++refused_;
      return admission;
    }
    push(work, task);
    fresh = call_for_work();
  }
  // From here on the work may have run and told somebody, who then ended the pool. It waits for a thread
  // that is to be started; without one, nothing of it is touched.
  if (fresh != nullptr) start(fresh);
  if (shed != nullptr) lose_all({shed}, TaskLost::Why::Shed);
  return Admission::Queued;
}

/// Under the lock: whether work may be queued now. May wait, and may take a task out to be shed.
ThreadPool::Admission ThreadPool::admit(std::unique_lock<std::mutex>& lock, Patience patience,
                                        PoolTask*& shed) {
  for (;;) {
    if (is_stopping_) return Admission::Stopped;
    if (!broken_.empty()) return Admission::Broken;
    if (queue_.size() < options_.max_queued) return Admission::Queued;
    if (patience == Patience::None || options_.when_full == WhenFull::Refuse) {
      return Admission::Full;
    }
    if (options_.when_full == WhenFull::ShedOldest) {
      shed = pop_oldest_task();
      return shed != nullptr ? Admission::Queued : Admission::Full;
    }
    if (is_of_this_thread()) {
      return nested_too_deep() > 0 ? Admission::TooDeep : Admission::RunHere;
    }
    wait_for_room(lock);
  }
}

void ThreadPool::wait_for_room(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  {
    const BlockingScope blocking;  // of another pool, perhaps
    lock.lock();
    ++waiting_for_room_;
    has_room_.wait(lock, [this] {
      return queue_.size() < options_.max_queued || is_stopping_ || !broken_.empty();
    });
    --waiting_for_room_;
    lock.unlock();
  }
  lock.lock();
}

void ThreadPool::push(async::BlockingWork& work, PoolTask* task) {
  if (task != nullptr && task->due_ != base::Instant::max()) {
    const auto place = deadlines_.emplace(task->due_, task).first;
    if (place == deadlines_.begin()) clock_call_.notify_one();
  }
  work.queued_at = now();
  queue_.push_back(work);
}

/// Ends a task that was not queued, or runs it.
void ThreadPool::settle(PoolTask& task, Admission admission) {
  switch (admission) {
    case Admission::Queued:
      return;
    case Admission::RunHere:
      run_nested(task);
      return;
    case Admission::TooDeep:
      task.state_.lose(TaskLost::Why::Refused, NestedTooDeep(options_.max_nested).what());
      break;
    case Admission::Full:
      task.state_.lose(TaskLost::Why::Refused);
      break;
    case Admission::Stopped:
      task.state_.lose(TaskLost::Why::Stopped);
      break;
    case Admission::Broken:
      task.state_.lose(TaskLost::Why::Broken, broken_);  // it does not change any more
      break;
  }
  task.state_.release();
}

// ---- losing tasks ----

PoolTask* ThreadPool::pop_oldest_task() {
  for (auto* work = queue_.first(); work != nullptr; work = queue_.next(*work)) {
    auto* const task = dynamic_cast<PoolTask*>(work);
    if (task == nullptr) continue;  // whoever submitted it counts on it
    queue_.remove(*task);
    deadlines_.erase({task->due_, task});
    ++lost_;
    return task;
  }
  return nullptr;
}

std::vector<PoolTask*> ThreadPool::pop_all_tasks() {
  std::vector<PoolTask*> tasks;
  while (PoolTask* const task = pop_oldest_task()) tasks.push_back(task);
  return tasks;
}

void ThreadPool::lose_all(const std::vector<PoolTask*>& tasks, TaskLost::Why why) {
  for (PoolTask* const task : tasks) {
    task->state_.lose(why, why == TaskLost::Why::Broken ? broken_ : std::string());
    task->state_.release();
  }
}

// ---- for tasks ----

bool ThreadPool::is_of_this_thread() const noexcept { return current_pool == this; }

void ThreadPool::give_up(PoolTask& task) noexcept {
  bool was_queued = false;
  {
    const std::lock_guard lock(mutex_);
    deadlines_.erase({task.due_, &task});
    was_queued = WorkQueue::is_queued(task);
    if (was_queued) queue_.remove(task);
    if (was_queued) has_room_.notify_one();
    ++lost_;
  }
  if (was_queued) task.state_.release();  // not the last one: the caller has one
}

bool ThreadPool::take_out(async::BlockingWork& work) noexcept {
  const std::lock_guard lock(mutex_);
  if (!WorkQueue::is_queued(work)) return false;
  queue_.remove(work);
  has_room_.notify_one();
  return true;
}

std::size_t ThreadPool::nested_too_deep() const noexcept {
  const std::size_t nested = Worker::current->nested;
  return nested >= options_.max_nested ? nested : 0;
}

void ThreadPool::run_nested(PoolTask& task) noexcept {
  ++Worker::current->nested;
  task.run();
  --Worker::current->nested;
}

/// For a task that ends on this thread: what says that the thread comes for work next. Null when it
/// goes back into another task.
std::atomic<bool>* ThreadPool::thread_is_free() const noexcept {
  return Worker::current->nested == 0 ? &Worker::current->is_free : nullptr;
}

/// It is not as free as it said: others may have to come for what counts on it.
void ThreadPool::thread_is_held_up() noexcept {
  if (!Worker::current->is_free) return;
  Worker* fresh = nullptr;
  {
    const std::lock_guard lock(mutex_);
    Worker::current->is_free = false;
    fresh = call_for_work();
  }
  start(fresh);
}

void ThreadPool::task_begins(PoolTask& task) noexcept {
  {
    const std::lock_guard lock(mutex_);
    attended_.push_back(task);
    if (!is_discarding_) return;
  }
  (void)task.state_.cancel();
}

void ThreadPool::task_ends(PoolTask& task, bool has_failed) noexcept {
  if (task.takes_stop_ || task.due_ != base::Instant::max()) {
    const std::lock_guard lock(mutex_);
    if (task.takes_stop_) attended_.remove(task);
    deadlines_.erase({task.due_, &task});
  }
  count(Worker::current->done);
  if (has_failed) count(Worker::current->failed);
}

void ThreadPool::start_clock() {
  const std::lock_guard lock(starting_mutex_);
  if (!clock_.joinable()) clock_ = std::thread([this] { keep_time(); });
}

void ThreadPool::keep_time() {
  name_this_thread(options_.name + "-clock");
  std::unique_lock lock(mutex_);
  while (!is_over_) {
    if (deadlines_.empty()) {
      clock_call_.wait(lock);
      continue;
    }
    const auto [due, task] = *deadlines_.begin();
    if (now() < due) {
      clock_call_.wait_until(lock, due);
      continue;
    }
    deadlines_.erase(deadlines_.begin());
    FutureState& state = task->state_;
    state.add_reference();
    lock.unlock();
    state.expire();
    state.release();
    lock.lock();
  }
}

// ---- threads ----

/// Under the lock: calls a thread if more work is queued than are coming for it. Returns one that is
/// to be started for that, without the lock, or null.
ThreadPool::Worker* ThreadPool::call_for_work() {
  if (queue_.size() <= coming_) return nullptr;
  if (idle_.empty()) {
    const bool is_needed = may_start() && queue_.size() > coming_ + free_threads();
    return is_needed ? reserve_thread() : nullptr;
  }
  ++coming_;
  Worker* const worker = idle_.back();
  idle_.pop_back();
  worker->is_called = true;
  worker->call.notify_one();
  return nullptr;
}

/// Under the lock: how many will take the mutex next, to look for work.
std::size_t ThreadPool::free_threads() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(workers_, [](const auto& each) { return each->is_free.load(); }));
}

bool ThreadPool::may_start() const noexcept {
  return threads_ < workers_.size() && threads_ - blocked_ < options_.max_threads;
}

/// Under the lock: a place for a thread. Requires: may_start().
ThreadPool::Worker* ThreadPool::reserve_thread() {
  const auto place =
      std::ranges::find_if(workers_, [](const auto& worker) { return !worker->is_taken; });
  (*place)->is_taken = true;
  ++threads_;
  ++coming_;
  return place->get();
}

void ThreadPool::start(Worker* worker) noexcept {
  if (worker == nullptr) return;
  try {
    const std::lock_guard lock(starting_mutex_);
    if (worker->thread.joinable()) worker->thread.join();  // it ended before
    worker->thread = std::thread([this, worker] { work(*worker); });
  } catch (const std::exception& error) {
    bool is_last = false;
    {
      const std::lock_guard lock(mutex_);
      worker->is_taken = false;
      --coming_;
      is_last = --threads_ == 0;
      if (is_last) has_ended_.notify_all();
    }
    if (is_last) break_down(std::string("no thread could be started: ") + error.what());
  }
}

void ThreadPool::work(Worker& self) noexcept {
  current_pool = this;
  Worker::current = &self;
  BlockingScope::set_host(this);
  name_this_thread(options_.name + "-" + std::to_string(self.number));
  const AlternateStack stack;
  initialize();
  std::unique_lock lock(mutex_);
  --coming_;
  while (async::BlockingWork* const work = next_work(lock, self)) {
    if (waiting_for_room_ > 0) has_room_.notify_one();
    lock.unlock();
    work->run();
    lock.lock();
    self.is_free = false;
  }
  self.is_taken = false;
  if (--threads_ == 0) has_ended_.notify_all();
}

/// The next in the queue; waits for it. Null when this thread is to end.
async::BlockingWork* ThreadPool::next_work(std::unique_lock<std::mutex>& lock, Worker& self) {
  for (;;) {
    const bool is_surplus = threads_ - blocked_ > options_.max_threads;  // it stood in
    if (is_surplus) return nullptr;
    if (!queue_.empty()) return &queue_.pop_front();
    if (is_stopping_ || !idle(lock, self)) return nullptr;
  }
}

/// Waits until it is called. False when it was idle for too long.
bool ThreadPool::idle(std::unique_lock<std::mutex>& lock, Worker& self) {
  self.is_called = false;
  idle_.push_back(&self);
  const auto is_called = [&self] { return self.is_called; };
  if (threads_ <= options_.min_threads) {
    self.call.wait(lock, is_called);
  } else {
    self.call.wait_until(lock, base::from_now(options_.max_idle), is_called);
  }
  if (self.is_called) {
    --coming_;
    return true;
  }
  std::erase(idle_, &self);
  return threads_ <= options_.min_threads;
}

void ThreadPool::initialize() noexcept {
  if (!options_.initializer) return;
  try {
    options_.initializer();
  } catch (...) {
    const std::exception_ptr error = std::current_exception();
    report_uncaught({UncaughtError::Place::Hook, options_.name, error});
    break_down("an initializer failed: " + describe(error));
  }
}

void ThreadPool::break_down(const std::string& reason) noexcept {
  std::vector<PoolTask*> lost;
  {
    const std::lock_guard lock(mutex_);
    if (broken_.empty()) broken_ = reason;
    lost = pop_all_tasks();
    has_room_.notify_all();
  }
  lose_all(lost, TaskLost::Why::Broken);
}

// ---- for a thread that blocks ----

void ThreadPool::blocks() noexcept {
  Worker* fresh = nullptr;
  std::string standstill;
  {
    const std::lock_guard lock(mutex_);
    ++blocked_;
    if (queue_.empty()) return;
    fresh = call_for_work();
    const bool stands_still = blocked_ == threads_;  // none is idle, and none is coming
    if (stands_still && !std::exchange(has_told_of_standstill_, true)) {
      standstill = "its threads (" + std::to_string(threads_) + ") all wait while tasks (" +
                   std::to_string(queue_.size()) +
                   ") are queued; if they wait for those, they wait forever";
    }
  }
  start(fresh);
  if (standstill.empty()) return;
  report_uncaught({UncaughtError::Place::Pool, options_.name,
                   std::make_exception_ptr(std::runtime_error(standstill))});
}

void ThreadPool::goes_on() noexcept {
  const std::lock_guard lock(mutex_);
  --blocked_;
}

}  // namespace mastic::threads
