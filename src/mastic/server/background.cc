#include "mastic/server/background.h"

#include "mastic/app/debug_report.h"
#include "mastic/server/shard.h"

namespace mastic::server {

Background::Background(Shard& shard, const app::Lifecycle::BackgroundTask& task)
    : RootTask(shard.services().loop(), history_), shard_(shard), what_(task) {}

void Background::run() noexcept {
  const Activity::Scope doing(this);
  RootTask::run();
}

void Background::describe(base::ActivityReport& report) const noexcept {
  report.what.add("the background task '").add(what_.name).add("'");
}

void Background::task_failed() noexcept {
  try {
    throw;
  } catch (const async::Cancelled&) {  // the normal end after `stop`
  } catch (...) {
    note_fault();
  }
}

void Background::task_ended() noexcept {
  if (!fault_.empty()) log_fault();
  shard_.background_ended(*this);
}

void Background::log_fault() noexcept {
  try {
    const std::string message = "the background task '" + what_.name + "' failed: " + fault_;
    shard_.services().log().write(
        {.level = base::Level::Error, .logger = "app", .message = message});
  } catch (...) {  // no memory for a message
  }
}

void Background::note_fault() noexcept {
  try {
    const async::TaskTrace* const way = trace_of(std::current_exception());
    fault_ = app::describe_exception(way != nullptr ? *way : async::TaskTrace());
  } catch (...) {
    fault_ = "no memory";  // short enough to need no allocation
  }
}

}  // namespace mastic::server
