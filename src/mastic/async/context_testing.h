// An executor for tests, which runs jobs and moves its clock only when the test says so.

#pragma once

#include <pthread.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "mastic/async/task.h"

namespace mastic::async {

/// An executor that the thread of the test drives. Its time does not pass by itself.
class ManualExecutor final : public Executor {
 public:
  [[nodiscard]] base::Instant now() const override { return now_; }
  void enqueue(Job& job) override { jobs_.push_back(job); }
  void enqueue_first(Job& job) override { jobs_.push_front(job); }
  void arm(Timer& timer, base::Instant due) override {
    timer.disarm();
    timers_.add(timer, due);
  }
  void post(Message& message) override { messages_.push_back(message); }
  [[nodiscard]] BlockingExecutor& blocking_executor() override { return *blocking_executor_; }
  /// Sets where blocking code runs from now on. By default it runs immediately on the calling
  /// thread.
  void set_blocking_executor(BlockingExecutor& blocking_executor) {
    blocking_executor_ = &blocking_executor;
  }

  /// Runs jobs and messages until none are left.
  void run() {
    while (!jobs_.empty() || !messages_.empty()) {
      if (!messages_.empty()) {
        messages_.pop_front().deliver();
        continue;
      }
      auto& job = static_cast<Job&>(jobs_.pop_front());
      job.run();
      job.finish();
    }
  }
  /// Advances the clock by `time`. Timers that become due expire in order, and the jobs they
  /// enqueue run.
  void advance(base::Duration time) {
    run();
    const base::Instant end = now_ + time;
    while (Timer* const next = first_due(end)) {
      now_ = std::max(now_, next->due());
      next->disarm();
      next->expired();
      run();
    }
    now_ = end;
  }

 private:
  Timer* first_due(base::Instant end) {
    TimerRing kept;
    Timer* first = nullptr;
    while (!timers_.empty()) {
      const base::Instant due = timers_.first_due();
      Timer& timer = timers_.take_first();
      kept.add(timer, due);
      if (due <= end && (first == nullptr || due < first->due())) first = &timer;
    }
    timers_.take_all(kept);
    return first;
  }

  MessageQueue jobs_;
  MessageQueue messages_;
  TimerRing timers_;
  base::Instant now_{std::chrono::hours(1)};
  BlockingExecutor* blocking_executor_ = &inline_blocking_executor();
};

/// A context with one root task.
template <class T>
class TestContext final : public Context {
 public:
  TestContext(Executor& executor, Task<T> task) : Context(executor), task_(std::move(task)) {
    schedule();
  }
  void run() noexcept override {
    if (!std::exchange(begun_, true)) task_.start(*this);
    resume_ready();
  }
  void finish() noexcept override { finish_run(); }

  [[nodiscard]] bool is_done() const { return task_.is_done(); }
  T take() { return task_.take(); }

 private:
  Task<T> task_;
  bool begun_ = false;
};

/// Calls `function` on a thread with a small stack, so that unbounded recursion shows early.
template <class F>
void on_a_small_stack(F function) {
  constexpr std::size_t kBytes = 256 << 10;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kBytes);
  const auto call = [](void* argument) -> void* {
    (*static_cast<F*>(argument))();
    return nullptr;
  };
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, call, &function);
  pthread_attr_destroy(&attributes);
  if (error != 0) throw std::system_error(error, std::generic_category());
  pthread_join(thread, nullptr);
}

/// Runs `task` to its end and returns its result. Throws std::logic_error if the task takes more
/// than an hour of the executor's time.
template <class T>
T run_to_end(Task<T> task) {
  ManualExecutor executor;
  TestContext<T> context(executor, std::move(task));
  executor.advance(std::chrono::hours(1));
  if (!context.is_done()) throw std::logic_error("the task did not end within an hour");
  return context.take();
}

}  // namespace mastic::async
