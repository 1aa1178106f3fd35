// What a tree of tasks shares: where it runs, what it waits for, whether it is to stop.

#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <utility>

#include "mastic/async/executor.h"
#include "mastic/async/job.h"

namespace mastic::async {

class Context;

/// Thrown from an await when the context was told to stop. Let it pass, or clean up and return. It
/// is no std::exception: what handles errors and goes on is not to go on after it.
class Cancelled {};

/// Something a task awaits: a timer, bytes, room in a buffer.
///
/// The await only notes it, in user code; `start` happens on the executor, after that, and so do
/// `cancel` and `complete`. Derive from it, add `await_resume`, and call `finish_await` there.
class Operation {
 public:
  Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  [[nodiscard]] static constexpr bool await_ready() noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> waiter) {
    submit(*waiter.promise().context, waiter);
  }

 protected:
  virtual ~Operation();

  /// On the executor: begins; may call `complete` at once.
  virtual void start(Executor& executor) = 0;
  enum class Cancel : std::uint8_t { GivenUp, Coming };
  /// On the executor, between `start` and `complete`: gives up, and will not call `complete`. Or it
  /// is too late for that, `complete` is coming, and the await will have its result.
  virtual Cancel cancel() noexcept = 0;

  /// On the executor: it is done, and its task goes on soon.
  void complete() noexcept;
  /// In await_resume: throws Cancelled when the operation was given up.
  void finish_await() const {
    if (cancelled_) throw Cancelled();
  }

 private:
  friend class Context;
  friend class OperationQueue;
  enum class State : std::uint8_t { Idle, Submitted, Started, Ready };
  void submit(Context& context, std::coroutine_handle<> waiter);

  Context* context_ = nullptr;
  std::coroutine_handle<> waiter_;
  Operation* next_ = nullptr;      ///< in the queue it is in, or among those in progress
  Operation* previous_ = nullptr;  ///< among those in progress
  State state_ = State::Idle;
  bool cancelled_ = false;
};

/// Operations in the order they came.
class OperationQueue {
 public:
  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  void push_back(Operation& operation) {
    operation.next_ = nullptr;
    (first_ == nullptr ? first_ : last_->next_) = &operation;
    last_ = &operation;
  }
  /// Requires: not empty.
  Operation& pop_front() { return *std::exchange(first_, first_->next_); }
  /// Requires: it is in this queue.
  void remove(const Operation& operation);
  [[nodiscard]] OperationQueue take() { return std::exchange(*this, OperationQueue()); }

 private:
  Operation* first_ = nullptr;
  Operation* last_ = nullptr;
};

/// The root of a tree of tasks, and the job that runs them.
///
/// 1. Its tasks never run on two threads at once: it is enqueued once, and what becomes ready while
///    it runs waits until `finish`.
/// 2. `run` touches `batch_`, `submitted_` and `next_`; the rest belongs to the executor.
/// 3. After `stop`, every await of the context throws Cancelled, those in progress too.
class Context : public Job {
 public:
  explicit Context(Executor& executor) : executor_(executor) {}

  [[nodiscard]] Executor& executor() const { return executor_; }
  /// From any thread.
  [[nodiscard]] bool stop_requested() const { return stopping_.load(std::memory_order_acquire); }
  /// On the executor: gives up what is awaited. Tasks learn of it when they next run.
  void stop() noexcept;

  /// In user code: runs `handle` next, before anything else of this context.
  void resume_next(std::coroutine_handle<> handle) { next_ = handle; }
  /// In user code: resumes `handle` and what it leads to, until all of it waits or is done. Awaits
  /// do not grow the stack: each returns here.
  void resume(std::coroutine_handle<> handle);

 protected:
  ~Context() override = default;

  /// In `run`: resumes all that is ready.
  void resume_ready();

  /// On the executor: has `run` called soon, unless that is coming anyway.
  void schedule() noexcept;
  /// The same, before what waits already.
  void schedule_first() noexcept;
  /// In `finish`, first: starts what was awaited, and comes back soon when something is ready
  /// again.
  void finish_run() noexcept;
  /// `run` is coming, or is under way on some thread.
  [[nodiscard]] bool is_scheduled() const { return scheduled_; }

 private:
  friend class Operation;
  void make_ready(Operation& operation) noexcept;
  void link_started(Operation& operation);
  void unlink_started(Operation& operation);

  Executor& executor_;
  std::coroutine_handle<> next_;
  OperationQueue batch_;          ///< ready, for the run to come
  OperationQueue ready_;          ///< ready since that was enqueued
  OperationQueue submitted_;      ///< awaited in this run
  Operation* started_ = nullptr;  ///< in progress
  bool scheduled_ = false;
  std::atomic<bool> stopping_{false};
};

}  // namespace mastic::async
