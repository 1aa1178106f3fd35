// What a tree of tasks shares: where it runs, what it waits for, whether it is to stop.

#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <source_location>
#include <utility>

#include "mastic/async/cancel_scope.h"
#include "mastic/async/executor.h"
#include "mastic/async/job.h"
#include "mastic/async/operation.h"
#include "mastic/async/task_trace.h"

namespace mastic::async {

/// The root of a tree of tasks, and the job that runs them.
///
/// 1. Its tasks never run on two threads at once: it is enqueued once, and what becomes ready while
///    it runs waits until `finish`.
/// 2. `run` touches what is marked as of user code; the rest belongs to the executor.
/// 3. After `stop`, every await of the context throws Cancelled, those in progress too.
/// 4. It is not destroyed while one of its tasks awaits another thread: stop it, and let it end.
class Context : public Job {
 public:
  explicit Context(Executor& executor) : executor_(executor), root_(*this) {}

  [[nodiscard]] Executor& executor() const { return executor_; }
  /// All of it; tasks that `start` begins run in it.
  [[nodiscard]] CancelScope& root() { return root_; }
  /// From any thread.
  [[nodiscard]] bool stop_requested() const { return root_.stop_requested(); }
  /// On the executor: gives up what is awaited. Tasks learn of it when they next run.
  void stop() noexcept { root_.stop(); }

  // ---- in user code of this context ----

  /// The context whose user code this thread runs; none outside of user code.
  [[nodiscard]] static Context* running() noexcept;
  /// Runs `handle` next, before anything else of this context.
  void resume_next(std::coroutine_handle<> handle) { next_ = handle; }
  /// Resumes `handle` and what it leads to, until all of it waits or is done. Awaits do not grow
  /// the stack: each returns here.
  void resume(std::coroutine_handle<> handle);
  /// Resumes `handle` soon, after what is ready already. `operation` is its place in the queue, and
  /// is not used for anything else.
  void resume_soon(Operation& operation, std::coroutine_handle<> handle) noexcept;
  /// Completes an operation that was submitted in this very run; the executor never sees it.
  void complete_early(Operation& operation) noexcept;
  /// Delivers `message` on the executor, after this run.
  void deliver_after_run(Message& message) { after_run_.push_back(message); }

  /// `exception` leaves a task whose last await was at `where`.
  void exception_leaves(const std::exception_ptr& exception, std::source_location where) noexcept;
  /// The awaits that `exception` came through, if it left a task of this context in this run, and
  /// no other did after it.
  [[nodiscard]] const TaskTrace* trace_of(const std::exception_ptr& exception) const noexcept;
  /// The same, to keep it with the exception.
  [[nodiscard]] std::unique_ptr<TaskTrace> take_trace(const std::exception_ptr& exception) noexcept;
  /// Before it is thrown again.
  void give_trace(std::exception_ptr exception, std::unique_ptr<TaskTrace> trace) noexcept;

 protected:
  ~Context() override = default;

  /// In `run`: resumes what is ready, a few hundred of them at the most: the rest comes with the
  /// next run, so that tasks that wake each other do not hold the executor.
  void resume_ready() {
    if (!batch_.empty()) resume_batch();
  }

  /// On the executor: has `run` called soon, unless that is coming anyway.
  void schedule() noexcept;
  /// The same, before what waits already.
  void schedule_first() noexcept;
  /// In `finish`, first: stops and starts what was asked for, and comes back soon when something is
  /// ready again.
  void finish_run() noexcept {
    const bool is_over = batch_.empty() && stops_ == nullptr && after_run_.empty() &&
                         submitted_.empty() && !passing_ && ready_.empty();
    is_over ? static_cast<void>(scheduled_ = false) : finish_what_was_noted();
  }
  /// `run` is coming, or is under way on some thread.
  [[nodiscard]] bool is_scheduled() const { return scheduled_; }

 private:
  friend class Operation;
  friend class CancelScope;
  void resume_batch();
  void finish_what_was_noted() noexcept;
  void note_stop(CancelScope& scope) noexcept;
  void forget_stop(CancelScope& scope) noexcept;
  void make_ready(Operation& operation) noexcept;
  void start_submitted() noexcept;

  Executor& executor_;

  // Of user code:
  std::coroutine_handle<> next_;
  OperationQueue batch_;          ///< ready, for this run or the one to come
  OperationQueue submitted_;      ///< awaited in this run
  CancelScope* stops_ = nullptr;  ///< asked for in this run
  MessageQueue after_run_;
  std::exception_ptr passing_;        ///< the last exception that left a task in this run
  std::unique_ptr<TaskTrace> trace_;  ///< of `passing_`

  // Of the executor:
  OperationQueue ready_;  ///< since `batch_` was enqueued
  bool scheduled_ = false;
  CancelScope root_;
};

inline Context& Operation::context() const { return scope_->context(); }

}  // namespace mastic::async
