// Running a job on a thread that may block.

#pragma once

#include "mastic/async/blocking_executor.h"
#include "mastic/async/executor.h"
#include "mastic/async/job.h"

namespace mastic::async {

/// Calls `run` of a job on a thread that may block, and then has `finish` called on the job's
/// executor, as Job::run_elsewhere promises. An Elsewhere is a member of its job. All its functions
/// are called on the executor.
class Elsewhere final : private BlockingWork {
 public:
  /// Requires: `job` and `executor` outlive this object.
  Elsewhere(Job& job, Executor& executor) : job_(job), executor_(executor) {}

  /// Queues the job. Returns false if the queue is full.
  [[nodiscard]] bool submit() { return executor_.blocking_executor().submit(*this); }
  /// Queues the continuation of a job that has begun. Returns false only if no thread would ever
  /// take the job.
  [[nodiscard]] bool submit_begun() { return executor_.blocking_executor().submit_begun(*this); }
  /// If the job has not begun to run, takes it out of the queue, so that it never runs, and returns
  /// true. Otherwise returns false.
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
