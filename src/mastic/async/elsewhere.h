// Running a job on a thread that may block.

#pragma once

#include "mastic/async/blocking_executor.h"
#include "mastic/async/executor.h"
#include "mastic/async/job.h"

namespace mastic::async {

/// Has `run` of a job called on a thread that may block, and then `finish` on its executor, as
/// Job::run_elsewhere promises. It is a member of the job; all functions are called on the
/// executor.
class Elsewhere final : private BlockingWork {
 public:
  /// Requires: `job` and `executor` outlive it.
  Elsewhere(Job& job, Executor& executor) : job_(job), executor_(executor) {}

  /// Queues the job. Returns false if the queue is full.
  [[nodiscard]] bool submit() { return executor_.blocking_executor().submit(*this); }
  /// Queues the continuation of a job that has begun. Returns false only if no thread would ever
  /// take it.
  [[nodiscard]] bool submit_begun() { return executor_.blocking_executor().submit_begun(*this); }
  /// Takes the job out of the queue. Returns true if it had not begun to run; then it does not.
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
