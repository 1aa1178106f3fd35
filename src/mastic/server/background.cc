#include "mastic/server/background.h"

#include "mastic/app/debug_report.h"
#include "mastic/server/lane.h"

namespace mastic::server {

Background::Background(Lane& lane, const app::Lifecycle::BackgroundTask& task)
    : Context(lane.loop()), lane_(lane), what_(task) {}

void Background::run() noexcept {
  try {
    if (!task_) task_.emplace(what_.begin());
    task_->start(*this);
    resume_ready();
    if (task_->is_done()) task_->take();
  } catch (const async::Cancelled&) {  // as it is meant to end
  } catch (...) {
    note_fault();
  }
}

void Background::log_fault() noexcept {
  try {
    const std::string message = "the background task '" + what_.name + "' failed: " + fault_;
    lane_.log().write({.level = base::Level::Error, .logger = "app", .message = message});
  } catch (...) {  // out of memory: there is nowhere left to say so
  }
}

void Background::note_fault() noexcept {
  try {
    const async::TaskTrace* const way = trace_of(std::current_exception());
    fault_ = app::describe_exception(way != nullptr ? *way : async::TaskTrace());
  } catch (...) {
    fault_ = "no memory";  // short enough to need none
  }
}

void Background::finish() noexcept {
  finish_run();
  if (is_scheduled() || (task_ && !task_->is_done())) return;
  if (!fault_.empty()) log_fault();
  lane_.background_ended(*this);
}

}  // namespace mastic::server
