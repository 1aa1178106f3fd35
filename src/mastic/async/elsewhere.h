// A job that runs where it may block.

#pragma once

#include "mastic/async/blocking_executor.h"
#include "mastic/async/executor.h"
#include "mastic/async/job.h"

namespace mastic::async {

/// Has `run` of a job called on a thread that may block, and `finish` on its executor after it: what
/// Job::run_elsewhere does. A member of the job; everything here is called on the executor.
class Elsewhere final : private BlockingWork {
 public:
  /// Both outlive it.
  Elsewhere(Job& job, Executor& executor) : job_(job), executor_(executor) {}

  /// False when the queue is full.
  [[nodiscard]] bool submit() { return executor_.blocking_executor().submit(*this); }
  /// For the rest of what has begun: false when no thread would ever come.
  [[nodiscard]] bool submit_begun() { return executor_.blocking_executor().submit_begun(*this); }
  /// True when it had not begun to run: then it will not.
  [[nodiscard]] bool withdraw() noexcept { return executor_.blocking_executor().withdraw(*this); }

 private:
  void run() noexcept override {
    job_.run();
    executor_.post(job_);
  }

  Job& job_;
  Executor& executor_;
};

}  // namespace mastic::async
