// A task of the application that runs beside its requests.

#pragma once

#include <string>

#include "mastic/app/lifecycle.h"
#include "mastic/async/root_task.h"
#include "mastic/base/activity.h"

namespace mastic::server {

class Lane;

/// Runs on the loop of its lane, from `start` until the task has ended; after `stop` its awaits
/// throw Cancelled. Then it says so to the lane and is no more.
class Background final : public async::RootTask, private base::Activity {
 public:
  /// `task` must outlive it.
  Background(Lane& lane, const app::Lifecycle::BackgroundTask& task);

  void start() { schedule(); }
  void run() noexcept override;

 private:
  void describe(base::ActivityReport& report) const noexcept override;
  async::Task<> make_task() override { return what_.begin(); }
  void task_failed() noexcept override;
  void task_ended() noexcept override;
  void note_fault() noexcept;
  void log_fault() noexcept;

  Lane& lane_;
  const app::Lifecycle::BackgroundTask& what_;
  async::Pace pace_;
  std::string fault_;  ///< what it threw
};

}  // namespace mastic::server
