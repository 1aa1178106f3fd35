// A context that runs one task.

#pragma once

#include <memory>

#include "mastic/async/blocking_history.h"
#include "mastic/async/context.h"
#include "mastic/async/elsewhere.h"
#include "mastic/async/task.h"

namespace mastic::async {

/// Runs one task to its end. Derive from it, implement the three functions below, and call
/// `schedule` once, on the executor. While few threads stand by, the task runs on a thread that may
/// block, unless the task is trusted.
class RootTask : public Context {
 public:
  /// Requires: `history`, which all tasks of this kind share, outlives this object.
  RootTask(Executor& executor, BlockingHistory& history) : Context(executor), history_(history) {}
  void run() noexcept override;
  void finish() noexcept final;
  void left_behind(int thread) noexcept final;
  [[nodiscard]] bool is_trusted() noexcept final { return history_.is_trusted(); }
  [[nodiscard]] bool run_elsewhere() noexcept final;

 protected:
  /// Makes the task. Called once, in user code. An exception that this throws is handled like an
  /// exception of the task.
  [[nodiscard]] virtual Task<> make_task() = 0;
  /// Handles an exception that has left the task; Cancelled is one of them.
  /// std::current_exception() returns the exception. Called in user code.
  virtual void task_failed() noexcept = 0;
  /// Called on the executor when the task holds `thread`, and another thread has taken the executor
  /// over.
  virtual void holds_thread(int thread) noexcept { (void)thread; }
  /// Called on the executor when the task has let go of the thread of `holds_thread`.
  virtual void came_back() noexcept {}
  /// Called on the executor when nothing of the task is left. May destroy this object.
  virtual void task_ended() noexcept = 0;

 private:
  void run_task() noexcept;

  BlockingHistory& history_;
  std::unique_ptr<Elsewhere> elsewhere_;  ///< made when it is first needed
  Task<> task_ = Task<>::done();          ///< the coroutine, from `make_task` until it has ended
  bool is_made_ = false;
  bool has_ended_ = false;
  bool is_elsewhere_ = false;
  bool is_left_behind_ = false;
};

}  // namespace mastic::async
