// A task of the application that runs beside its requests.

#pragma once

#include <string>

#include "mastic/app/lifecycle.h"
#include "mastic/async/root_task.h"
#include "mastic/base/activity.h"

namespace mastic::server {

class Shard;

/// Runs on the loop of its shard, from `start` until the task has ended; after `stop` its awaits
/// throw Cancelled. Then it says so to the shard and is no more.
class Background final : public async::RootTask, private base::Activity {
 public:
  /// `task` must outlive it.
  Background(Shard& shard, const app::Lifecycle::BackgroundTask& task);

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
  std::string fault_;  ///< what it threw
};

}  // namespace mastic::server
