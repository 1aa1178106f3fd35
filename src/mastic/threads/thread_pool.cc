// Over 500 lines because all functions here share the members under one mutex.
//
// A thread of the pool (Worker):
//
//     place ──reserve_thread()──► coming ──next_work()──► runs work ──nothing queued──► idle
//       ▲                           ▲                      │    ▲                        │
//       │                           │                      │    └──── more is queued     │
//       │                           └──── call_for_work() ─┼─────────────────────────────┤
//       └── ends ◄── is surplus, or the pool stops ────────┘      idle for max_idle ─────┘
//
// `coming_` counts the threads that are coming: called or started, and on their way to the queue.
// The count keeps the pool from calling or starting a second thread for the same work. For the same
// reason a thread that has just given a result sets `is_free`: it will look for work next. Without
// that, a caller that submits one task after another would make the pool grow, because the caller
// submits faster than the thread gets back to the queue.

#include "mastic/threads/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <new>
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

  /// The worker of the calling thread, in any pool.
  static inline thread_local Worker* current = nullptr;

  const std::size_t number;
  std::thread thread;            ///< guarded by `starting_mutex_`
  std::condition_variable call;  ///< wakes the thread while it is idle
  bool is_called = false;
  std::size_t nested = 0;  ///< tasks on top of the first; only the thread itself uses it
  /// Whether the thread has given a result and will look for work next. The thread sets this flag
  /// before any other thread can see that result, and clears it under the pool's mutex.
  std::atomic<bool> is_free{false};
  bool is_taken = false;  ///< whether there is a thread, not just a place for one
  // Written by the thread alone.
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint64_t> failed{0};
};

namespace {

base::Instant now() { return std::chrono::steady_clock::now(); }

/// Adds one to a number that only this thread writes: no atomic addition is needed, because other
/// threads only read the number.
void count(std::atomic<std::uint64_t>& number) {
  number.store(number.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

/// The pool that the calling thread belongs to.
thread_local const ThreadPool* current_pool = nullptr;

ThreadPool::Options checked(ThreadPool::Options options) {
  if (options.max_threads == 0 || options.max_threads < options.min_threads) {
    throw std::logic_error("max_threads must be at least 1 and not below min_threads");
  }
  if (options.max_queued == 0) throw std::logic_error("max_queued must be at least 1");
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
    (void)start(fresh, nullptr);
  }
}

ThreadPool::~ThreadPool() {
  MASTIC_ASSERT(!is_of_this_thread());  // it would wait for itself
  stop(Stop::Drain);
}

void ThreadPool::stop(Stop how) {
  request_stop(how);
  if (!is_of_this_thread()) join_all();
}

void ThreadPool::request_stop(Stop how) {
  std::vector<PoolTask*> lost;
  std::vector<StateReference<FutureState>> asked;
  {
    const std::lock_guard lock(mutex_);
    if (how == Stop::Discard) {
      asked.reserve(attended_.size());  // memory first: after that nothing fails
      lost = pop_all_tasks();
      is_discarding_ = true;
      for (auto* work = attended_.first(); work != nullptr; work = attended_.next(*work)) {
        FutureState& state = static_cast<PoolTask*>(work)->state_;
        state.add_reference();
        asked.emplace_back(&state);
      }
    }
    is_stopping_ = true;
    for (Worker* const worker : idle_) {  // called, they find the queue empty and end
      ++coming_;
      worker->is_called = true;
      worker->call.notify_one();
    }
    idle_.clear();
    has_room_.notify_all();
  }
  // Without the lock: both steps take locks of future states, which come before the pool's, and
  // both run user code.
  lose_all(lost, TaskLost::Why::Stopped);
  for (const auto& state : asked) (void)state->cancel();
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
  // Without the lock: the clock may be running a continuation of an expired task that submits
  // another task, and start_clock takes the lock.
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
  Deadlines::node_type deadline;  // made first, because it takes memory
  if (task.due_ != base::Instant::max()) {
    start_clock();
    Deadlines one;
    deadline = one.extract(one.emplace(task.due_, &task).first);
  }
  task.state_.add_reference();
  const Admission admission = enqueue(task, &task, Patience::ByPolicy, std::move(deadline));
  if (admission == Admission::Queued) return;  // the pool may be gone by now
  settle(task, admission);
}

bool ThreadPool::try_place(PoolTask& task) {
  task.state_.add_reference();
  const Admission admission = enqueue(task, &task, Patience::None, {});
  if (admission == Admission::Queued) return true;  // the pool may be gone by now
  settle(task, admission);
  // The caller learns of a full queue from the result, so the error in the future is not reported.
  if (admission == Admission::Full) (void)task.state_.collect_error();
  return admission != Admission::Full;
}

// Takes the lock once to queue all tasks that fit. Queues the rest one by one, by the policy for a
// full queue.
void ThreadPool::place_all(std::span<PoolTask* const> tasks) {
  std::size_t placed = 0;
  std::vector<Worker*> fresh;
  fresh.reserve(std::min(tasks.size(), workers_.size()));
  for (PoolTask* const task : tasks) task->state_.add_reference();
  {
    const std::lock_guard lock(mutex_);
    if (!is_stopping_ && broken_.empty()) {
      for (; placed < tasks.size() && queue_.size() < options_.max_queued; ++placed) {
        push(*tasks[placed], {});
        if (Worker* const worker = call_for_work()) fresh.push_back(worker);
      }
    }
  }
  for (Worker* const worker : fresh) (void)start(worker, nullptr);
  for (PoolTask* const task : tasks.subspan(placed)) {
    settle(*task, enqueue(*task, task, Patience::ByPolicy, {}));
  }
}

bool ThreadPool::submit(async::BlockingWork& work) {
  return enqueue(work, nullptr, Patience::None, {}) == Admission::Queued;
}

bool ThreadPool::withdraw(async::BlockingWork& work) noexcept { return take_out(work); }

ThreadPool::Admission ThreadPool::enqueue(async::BlockingWork& work, PoolTask* task,
                                          Patience patience, Deadlines::node_type deadline) {
  PoolTask* shed = nullptr;
  Worker* fresh = nullptr;
  {
    std::unique_lock lock(mutex_);
    const Admission admission = admit(lock, patience, shed);
    if (admission != Admission::Queued) {
      if (admission != Admission::RunHere) ++refused_;
      return admission;
    }
    push(work, std::move(deadline));
    fresh = call_for_work();
  }
  // From here on the work may have run, and the thread that waited for it may have destroyed the
  // pool. If a worker has to be started, the pool waits for that worker and so still exists;
  // otherwise nothing below touches the pool.
  const bool is_refused = fresh != nullptr && !start(fresh, task == nullptr ? &work : nullptr);
  if (shed != nullptr) {
    shed->state_.lose(TaskLost::Why::Shed);
    shed->state_.release();
  }
  return is_refused ? Admission::Broken : Admission::Queued;
}

/// Decides whether work may be queued now. May wait, and may take out a task for the caller to
/// shed. Requires: the lock is held; it is held again on return.
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
    // A thread of the pool must not wait for room: it may be the only thread that could make room.
    if (is_of_this_thread()) {
      return nested_too_deep() > 0 ? Admission::TooDeep : Admission::RunHere;
    }
    wait_for_room(lock);
  }
}

void ThreadPool::wait_for_room(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  {
    const BlockingScope blocking;  // the caller may be a thread of another pool, or drive a loop
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

void ThreadPool::push(async::BlockingWork& work, Deadlines::node_type deadline) {
  if (!deadline.empty()) {
    const auto place = deadlines_.insert(std::move(deadline)).position;
    if (place == deadlines_.begin()) clock_call_.notify_one();
  }
  work.queued_at = now();
  queue_.push_back(work);
}

/// Runs a task that was not queued, or ends it with TaskLost, and releases the reference that was
/// counted for the queue.
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
      // Read without the lock: `broken_` never changes again.
      task.state_.lose(TaskLost::Why::Broken, broken_);
      break;
  }
  task.state_.release();
}

// ---- losing tasks ----

PoolTask* ThreadPool::pop_oldest_task() {
  for (auto* work = queue_.first(); work != nullptr; work = queue_.next(*work)) {
    auto* const task = dynamic_cast<PoolTask*>(work);
    // Work that is not a task has no future to report its loss, so it has to be run.
    if (task == nullptr) continue;
    queue_.remove(*task);
    deadlines_.erase({task->due_, task});
    ++lost_;
    return task;
  }
  return nullptr;
}

std::vector<PoolTask*> ThreadPool::pop_all_tasks() {
  std::vector<PoolTask*> tasks;
  tasks.reserve(queue_.size());
  while (PoolTask* const task = pop_oldest_task()) tasks.push_back(task);
  return tasks;
}

void ThreadPool::lose_all(const std::vector<PoolTask*>& tasks, TaskLost::Why why) {
  for (PoolTask* const task : tasks) {
    task->state_.lose(why);
    task->state_.release();
  }
}

// ---- for tasks ----

bool ThreadPool::is_of_this_thread() const noexcept { return current_pool == this; }

// Called with the lock of the task's state held, while the state is Waiting. If the task is not
// queued, a thread has just taken it out of the queue and is about to call begin(), which will
// fail.
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
  if (was_queued) task.state_.release();  // never the last reference: the caller has another
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

/// The flag by which a task that ends here may announce that this thread will look for work next.
/// Null when the thread returns into another task.
std::atomic<bool>* ThreadPool::thread_is_free() const noexcept {
  return Worker::current->nested == 0 ? &Worker::current->is_free : nullptr;
}

/// Takes back the announcement that this thread will look for work next, because something slow
/// follows. Another thread may have to be called for work that was left to this one.
void ThreadPool::thread_is_held_up() noexcept {
  if (!Worker::current->is_free) return;
  Worker* fresh = nullptr;
  {
    const std::lock_guard lock(mutex_);
    Worker::current->is_free = false;
    fresh = call_for_work();
  }
  (void)start(fresh, nullptr);
}

void ThreadPool::task_begins(PoolTask& task) noexcept {
  {
    const std::lock_guard lock(mutex_);
    attended_.push_back(task);
    if (!is_discarding_) return;
  }
  (void)task.state_.cancel();  // stop(Discard) was called after the task had left the queue
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
  name_thread("clock");
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
    // The state's lock is taken before the pool's, so the pool's has to be released here. The
    // reference keeps the state alive meanwhile.
    FutureState& state = task->state_;
    state.add_reference();
    lock.unlock();
    state.expire();
    state.release();
    lock.lock();
  }
}

/// Takes `work` out of the queue, and returns whether it was there. `work` may have run and been
/// destroyed, so only its address is used. Requires: the lock is held.
bool ThreadPool::take_out_if_queued(const async::BlockingWork& work) noexcept {
  for (auto* each = queue_.first(); each != nullptr; each = queue_.next(*each)) {
    if (each != &work) continue;
    queue_.remove(*each);
    return true;
  }
  return false;
}

// ---- threads ----

/// Calls an idle thread if more work is queued than threads are coming. Returns a worker that has
/// to be started instead, after the lock is released, or null. Requires: the lock is held.
ThreadPool::Worker* ThreadPool::call_for_work() {
  if (queue_.size() <= coming_) return nullptr;
  if (idle_.empty()) {
    const bool is_needed = may_start() && queue_.size() > coming_ + free_threads();
    return is_needed ? reserve_thread() : nullptr;
  }
  // Call the thread that became idle last: its stack and caches are warm, and the others may
  // expire.
  ++coming_;
  Worker* const worker = idle_.back();
  idle_.pop_back();
  worker->is_called = true;
  worker->call.notify_one();
  return nullptr;
}

/// How many threads have given their result and are about to look for work (`is_free`). Requires:
/// the lock is held.
std::size_t ThreadPool::free_threads() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(workers_, [](const auto& each) { return each->is_free.load(); }));
}

bool ThreadPool::may_start() const noexcept {
  return threads_ < workers_.size() && threads_ - blocked_ < options_.max_threads;
}

/// Takes a place for a thread and counts the thread, before it is started. Requires: the lock is
/// held, and may_start() is true.
ThreadPool::Worker* ThreadPool::reserve_thread() {
  const auto place =
      std::ranges::find_if(workers_, [](const auto& worker) { return !worker->is_taken; });
  (*place)->is_taken = true;
  ++threads_;
  ++coming_;
  ++starting_;
  return place->get();
}

/// Starts the thread of `worker`, unless that is null. When the system refuses a thread, that is no
/// error as long as the pool has other threads: the work waits for those. Without other threads,
/// the work would never run, so the pool breaks, and the future of every queued task says why. Work
/// that is not a task has no future. If such work is passed as `its_work`, and is still queued when
/// no thread is left, it is removed and the result is false, so that the caller learns of it.
bool ThreadPool::start(Worker* worker, const async::BlockingWork* its_work) noexcept {
  if (worker == nullptr) return true;
  try {
    const std::lock_guard lock(starting_mutex_);
    // An earlier thread of this worker has ended, but was not joined yet.
    if (worker->thread.joinable()) worker->thread.join();
    worker->thread = std::thread([this, worker] { work(*worker); });
    return true;
  } catch (const std::exception& error) {
    bool is_last = false;
    bool is_taken_out = false;
    {
      const std::lock_guard lock(mutex_);
      worker->is_taken = false;
      --coming_;
      --starting_;
      is_last = --threads_ == 0;
      // Other callers may be about to start the threads that are counted, and may be refused as
      // well.
      const bool is_alone = threads_ == starting_;
      if (is_alone && its_work != nullptr) is_taken_out = take_out_if_queued(*its_work);
      if (is_last) has_ended_.notify_all();
    }
    if (is_last) {
      break_down("no thread could be started: ", error.what());
      run_what_is_left();
    }
    return !is_taken_out;
  }
}

/// Runs the work that other threads submitted while this thread was about to start a worker: they
/// were told that their work will run, and no other thread is left that could run it.
void ThreadPool::run_what_is_left() noexcept {
  const auto take_oldest = [this] {
    const std::lock_guard lock(mutex_);
    return queue_.empty() ? nullptr : &queue_.pop_front();
  };
  while (async::BlockingWork* const work = take_oldest()) work->run();
}

void ThreadPool::work(Worker& self) noexcept {
  current_pool = this;
  Worker::current = &self;
  BlockingScope::set_host(this);
  name_thread(std::to_string(self.number));
  const AlternateStack stack;
  initialize();
  std::unique_lock lock(mutex_);
  --coming_;
  --starting_;
  while (async::BlockingWork* const work = next_work(lock, self)) {
    if (waiting_for_room_ > 0) has_room_.notify_one();
    lock.unlock();
    work->run();
    lock.lock();
    self.is_free = false;  // the thread holds the mutex now: it is no longer on its way
  }
  self.is_taken = false;
  if (--threads_ == 0) has_ended_.notify_all();
}

/// Takes the next work off the queue; waits for work when there is none. Returns null when this
/// thread has to end.
async::BlockingWork* ThreadPool::next_work(std::unique_lock<std::mutex>& lock, Worker& self) {
  for (;;) {
    // A stand-in ends once the thread that it replaced no longer blocks.
    const bool is_surplus = threads_ - blocked_ > options_.max_threads;
    if (is_surplus) return nullptr;
    if (!queue_.empty()) return &queue_.pop_front();
    if (is_stopping_ || !idle(lock, self)) return nullptr;
  }
}

/// Waits until the thread is called. Returns false when it was idle for too long and has to end.
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

void ThreadPool::name_thread(const std::string& suffix) const noexcept try {
  name_this_thread(options_.name + "-" + suffix);
} catch (const std::bad_alloc&) {  // the name is for debuggers only
}

void ThreadPool::initialize() noexcept {
  if (!options_.initializer) return;
  try {
    options_.initializer();
  } catch (...) {
    const std::exception_ptr error = std::current_exception();
    report_uncaught({UncaughtError::Place::Hook, options_.name, error});
    std::string words;
    try {
      words = describe(error);
    } catch (const std::bad_alloc&) {  // the hook has the error itself
    }
    break_down("an initializer failed: ", words);
  }
}

/// Breaks the pool: `reason` says what is wrong, and `detail` says why. The tasks are taken out one
/// by one, because a list of them would take memory, and a lack of memory may be why the pool
/// breaks.
void ThreadPool::break_down(std::string_view reason, std::string_view detail) noexcept {
  {
    const std::lock_guard lock(mutex_);
    try {
      if (broken_.empty()) broken_.append(reason).append(detail);
    } catch (const std::bad_alloc&) {
      broken_ = "no memory";  // short enough to need no allocation
    }
    has_room_.notify_all();
  }
  const auto take_oldest = [this] {
    const std::lock_guard lock(mutex_);
    return pop_oldest_task();
  };
  while (PoolTask* const task = take_oldest()) {
    task->state_.lose(TaskLost::Why::Broken, broken_);  // `broken_` never changes again
    task->state_.release();
  }
}

// ---- for a thread that blocks ----

void ThreadPool::blocks() noexcept {
  Worker* fresh = nullptr;
  std::size_t waiting = 0;  // how many threads, if all wait and that was not reported yet
  std::size_t queued = 0;
  {
    const std::lock_guard lock(mutex_);
    ++blocked_;
    if (queue_.empty()) return;
    fresh = call_for_work();
    // Every thread blocks, and none was or may be started.
    const bool stands_still = blocked_ == threads_;
    if (stands_still && !std::exchange(has_told_of_standstill_, true)) {
      waiting = threads_;
      queued = queue_.size();
    }
  }
  (void)start(fresh, nullptr);
  if (waiting > 0) tell_of_standstill(waiting, queued);
}

void ThreadPool::tell_of_standstill(std::size_t threads, std::size_t tasks) const noexcept {
  std::exception_ptr error;
  try {
    error = std::make_exception_ptr(std::runtime_error(
        "all its threads (" + std::to_string(threads) + ") are waiting while tasks (" +
        std::to_string(tasks) + ") are queued; if they wait for those tasks, they wait forever"));
  } catch (const std::bad_alloc&) {
    error = std::current_exception();
  }
  report_uncaught({UncaughtError::Place::Pool, options_.name, error});
}

void ThreadPool::goes_on() noexcept {
  const std::lock_guard lock(mutex_);
  --blocked_;
}

}  // namespace mastic::threads
