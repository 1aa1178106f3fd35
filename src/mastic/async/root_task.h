// A context with one task at its root.

#pragma once

#include <optional>

#include "mastic/async/context.h"
#include "mastic/async/task.h"

namespace mastic::async {

/// Runs a task from its beginning to its end: call `schedule` once, on the executor. Derive from it
/// and say which task, and what its end means.
class RootTask : public Context {
 public:
  using Context::Context;
  void run() noexcept override;
  void finish() noexcept final;

 protected:
  /// In user code, once. What it throws goes where what the task throws goes.
  [[nodiscard]] virtual Task<> make_task() = 0;
  /// In user code, while what left the task is being handled; Cancelled too.
  virtual void task_failed() noexcept = 0;
  /// On the executor, when nothing of the task is left. May destroy this.
  virtual void task_ended() noexcept = 0;

 private:
  std::optional<Task<>> task_;
  bool has_ended_ = false;
};

}  // namespace mastic::async
