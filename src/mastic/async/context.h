// What a tree of tasks shares: where its tasks run, what they wait for, and whether they are to
// stop.

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
/// 1. Its tasks never run on two threads at once: the context is in the executor's queue at most
///    once, and operations that complete while it runs wait until `finish`.
/// 2. `run` touches only the members that are marked as belonging to user code; the executor's
///    thread touches the others.
/// 3. After `stop`, every await of the context throws Cancelled, including the awaits in progress.
/// 4. A context must not be destroyed while one of its tasks awaits another thread: stop it, and
///    let it end.
class Context : public Job {
 public:
  explicit Context(Executor& executor) : executor_(executor), root_(*this) {}

  [[nodiscard]] Executor& executor() const { return executor_; }
  /// The scope of the whole context. Tasks that Task::start has started with a context run in it.
  [[nodiscard]] CancelScope& root() { return root_; }
  /// Whether the context was told to stop. Any thread may call this.
  [[nodiscard]] bool stop_requested() const { return root_.stop_requested(); }
  /// Cancels all operations in progress. The tasks learn of the stop when they next run. Called on
  /// the executor.
  void stop() noexcept { root_.stop(); }

  // ---- in user code of this context ----

  /// The context whose user code this thread is running, or null outside of user code.
  [[nodiscard]] static Context* running() noexcept;
  /// Resumes `handle` next, before anything else of this context.
  void resume_next(std::coroutine_handle<> handle) { next_ = handle; }
  /// Resumes `handle`, and then each coroutine that was passed to `resume_next` meanwhile, until
  /// there is no next coroutine. Awaits do not grow the stack, because each of them returns to this
  /// loop.
  void resume(std::coroutine_handle<> handle);
  /// Resumes `handle` soon, after the coroutines that are ready already. `operation` is only the
  /// link of `handle` in the queue; the operation is never started.
  void resume_soon(Operation& operation, std::coroutine_handle<> handle) noexcept;
  /// Completes an operation that was submitted in the current run, so that the executor never sees
  /// it.
  void complete_early(Operation& operation) noexcept;
  /// Delivers `message` on the executor, after this run.
  void deliver_after_run(Message& message) { after_run_.push_back(message); }

  /// Records that `exception` leaves a task whose last await was at `where`.
  void exception_leaves(const std::exception_ptr& exception, std::source_location where) noexcept;
  /// The awaits that `exception` came through, or null if they are not known. They are known if
  /// `exception` left a task of this context in the current run, and no other exception has left a
  /// task since.
  [[nodiscard]] const TaskTrace* trace_of(const std::exception_ptr& exception) const noexcept;
  /// Hands over the trace that `trace_of` returns, so that the caller can keep it with the
  /// exception.
  [[nodiscard]] std::unique_ptr<TaskTrace> take_trace(const std::exception_ptr& exception) noexcept;
  /// Puts back the trace that `take_trace` handed over. To be called before `exception` is thrown
  /// again.
  void give_trace(std::exception_ptr exception, std::unique_ptr<TaskTrace> trace) noexcept;

 protected:
  ~Context() override = default;

  /// Resumes the coroutines that are ready, up to a few hundred; the rest follow in the next run,
  /// so that tasks which keep waking each other do not hold the executor. To be called in `run`.
  void resume_ready() {
    if (!batch_.empty()) resume_batch();
  }

  /// Enqueues this context on the executor, unless the context is scheduled already. Called on the
  /// executor.
  void schedule() noexcept;
  /// Does what `schedule` does, but puts the context in front of the jobs that are waiting already.
  void schedule_first() noexcept;
  /// Stops the scopes and starts the operations that the run noted, and schedules another run if
  /// something is ready. To be called first in `finish`.
  void finish_run() noexcept {
    const bool is_over = batch_.empty() && stops_ == nullptr && after_run_.empty() &&
                         submitted_.empty() && !passing_ && ready_.empty();
    is_over ? static_cast<void>(scheduled_ = false) : finish_what_was_noted();
  }
  /// Whether a call of `run` is pending, or in progress on some thread.
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

  // These members belong to user code:
  std::coroutine_handle<> next_;
  OperationQueue batch_;          ///< ready operations, for this run or the next one
  OperationQueue submitted_;      ///< operations awaited in this run
  CancelScope* stops_ = nullptr;  ///< scopes that this run asked to stop
  MessageQueue after_run_;
  std::exception_ptr passing_;        ///< the last exception that left a task in this run
  std::unique_ptr<TaskTrace> trace_;  ///< the trace of `passing_`

  // These members belong to the executor:
  OperationQueue ready_;  ///< operations that became ready after `batch_` was filled
  bool scheduled_ = false;
  CancelScope root_;
};

inline Context& Operation::context() const { return scope_->context(); }

}  // namespace mastic::async
