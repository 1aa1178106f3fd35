// An executor for tests that is driven by real threads and changes threads as often as possible.

#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "mastic/async/task.h"

namespace mastic::async {

/// Several threads share it. Each of them releases it while it runs user code, as if its loop had
/// been taken from it. The next thread then continues with everything else: it runs jobs, delivers
/// messages and expires timers meanwhile.
class ThreadedExecutor final : public Executor {
 public:
  explicit ThreadedExecutor(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { drive(); });
  }
  ~ThreadedExecutor() override { join(); }
  /// Ends its threads. Nothing runs after that.
  void join() {
    {
      const std::lock_guard lock(driver_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  [[nodiscard]] base::Instant now() const override { return base::Instant::clock::now(); }
  void enqueue(Job& job) override {
    const std::lock_guard lock(driver_);
    jobs_.push_back(job);
    changed_.notify_one();
  }
  void enqueue_first(Job& job) override { enqueue(job); }
  void arm(Timer& timer, base::Instant due) override {
    timer.disarm();
    timers_.add(timer, due);
  }
  void post(Message& message) override {
    const std::lock_guard lock(inbox_);
    messages_.push_back(message);
    changed_.notify_one();
  }
  [[nodiscard]] BlockingExecutor& blocking_executor() override { return *blocking_executor_; }
  void set_blocking_executor(BlockingExecutor& blocking_executor) {
    blocking_executor_ = &blocking_executor;
  }

 private:
  void drive() {
    std::unique_lock driver(driver_);
    while (!stopping_) {
      deliver_messages();
      expire_timers();
      if (jobs_.empty()) {
        changed_.wait_for(driver, std::chrono::milliseconds(1));
        continue;
      }
      auto& job = static_cast<Job&>(jobs_.pop_front());
      driver.unlock();
      job.run();
      driver.lock();
      job.finish();
    }
  }
  void deliver_messages() {
    MessageQueue messages;
    {
      const std::lock_guard lock(inbox_);
      messages = messages_.take();
    }
    while (!messages.empty()) messages.pop_front().deliver();
  }
  void expire_timers() {
    TimerRing kept;
    TimerRing due;
    while (!timers_.empty()) {
      const base::Instant at = timers_.first_due();
      Timer& timer = timers_.take_first();
      (at <= now() ? due : kept).add(timer, at);
    }
    timers_.take_all(kept);
    while (!due.empty()) due.take_first().expired();
  }

  std::recursive_mutex driver_;  ///< the thread that holds it drives
  std::condition_variable_any changed_;
  MessageQueue jobs_;
  TimerRing timers_;
  bool stopping_ = false;
  std::mutex inbox_;
  MessageQueue messages_;
  BlockingExecutor* blocking_executor_ = &inline_blocking_executor();
  std::vector<std::thread> threads_;
};

/// A context with one root task, on an executor with threads. The context must outlive these
/// threads.
template <class T>
class ThreadedContext final : public Context {
 public:
  ThreadedContext(Executor& executor, Task<T> task)
      : Context(executor), task_(std::move(task)), stop_(*this) {
    schedule();
  }
  void run() noexcept override {
    if (!std::exchange(begun_, true)) task_.start(*this);
    resume_ready();
  }
  void finish() noexcept override {
    finish_run();
    if (!is_scheduled() && task_.is_done()) done_.set_value();
  }

  /// Stops the context. Any thread may call this, once.
  void stop_soon() { executor().post(stop_); }
  /// Waits for the end of the task and returns its result. Any thread may call this.
  T take() {
    done_.get_future().wait();
    return task_.take();
  }

 private:
  class Stop final : public Message {
   public:
    explicit Stop(Context& context) : context_(context) {}
    void deliver() noexcept override { context_.stop(); }

   private:
    Context& context_;
  };

  Task<T> task_;
  bool begun_ = false;
  Stop stop_;
  std::promise<void> done_;
};

}  // namespace mastic::async
