// A context with one task at its root.

#pragma once

#include <optional>

#include "mastic/async/blocking_history.h"
#include "mastic/async/context.h"
#include "mastic/async/elsewhere.h"
#include "mastic/async/task.h"

namespace mastic::async {

/// Runs a task from its beginning to its end: call `schedule` once, on the executor. Derive from it
/// and say which task, and what its end means. While few threads stand by, it runs where it may block
/// unless it is trusted.
class RootTask : public Context {
 public:
  /// `history` is that of all tasks of this kind, and outlives this.
  RootTask(Executor& executor, BlockingHistory& history)
      : Context(executor), history_(history), elsewhere_(*this, executor) {}
  void run() noexcept override;
  void finish() noexcept final;
  void left_behind(int thread) noexcept final;
  [[nodiscard]] bool is_trusted() noexcept final { return history_.is_trusted(); }
  [[nodiscard]] bool run_elsewhere() noexcept final;

 protected:
  /// In user code, once. What it throws goes where what the task throws goes.
  [[nodiscard]] virtual Task<> make_task() = 0;
  /// In user code, while what left the task is being handled; Cancelled too.
  virtual void task_failed() noexcept = 0;
  /// On the executor, when nothing of the task is left. May destroy this.
  virtual void task_ended() noexcept = 0;

 private:
  void run_task() noexcept;

  BlockingHistory& history_;
  Elsewhere elsewhere_;
  bool is_elsewhere_ = false;
  bool is_left_behind_ = false;
  std::optional<Task<>> task_;
  bool has_ended_ = false;
};

}  // namespace mastic::async
