// A background task of the application.

#pragma once

#include <string>

#include "mastic/app/lifecycle.h"
#include "mastic/async/root_task.h"
#include "mastic/base/activity.h"

namespace mastic::server {

class Shard;

/// Runs a background task on the loop of its shard, from `start` until the task has ended. After
/// `stop`, the task's awaits throw Cancelled. When the task has ended, this object tells the shard,
/// and the shard destroys the object.
class Background final : public async::RootTask, private base::Activity {
 public:
  /// `shard` and `task` must outlive this object.
  Background(Shard& shard, const app::Lifecycle::BackgroundTask& task);

  /// Begins the task in one of the next jobs of the loop.
  void start() { schedule(); }
  void run() noexcept override;

 private:
  void describe(base::ActivityReport& report) const noexcept override;
  async::Task<> make_task() override { return what_.begin(); }
  void task_failed() noexcept override;
  void task_ended() noexcept override;
  void note_fault() noexcept;
  void log_fault() noexcept;

  Shard& shard_;
  const app::Lifecycle::BackgroundTask& what_;
  async::BlockingHistory history_;
  std::string fault_;  ///< describes what the task threw; empty without a fault
};

}  // namespace mastic::server
