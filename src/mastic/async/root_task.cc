#include "mastic/async/root_task.h"

namespace mastic::async {

void RootTask::run() noexcept {
  if (has_ended_) return;
  try {
    if (!task_) task_.emplace(make_task());
    task_->start(*this);
    resume_ready();
    if (!task_->is_done()) return;
    task_->take();
  } catch (...) {
    task_failed();
  }
  task_.reset();
  has_ended_ = true;
}

void RootTask::finish() noexcept {
  finish_run();
  if (has_ended_ && !is_scheduled()) task_ended();
}

}  // namespace mastic::async
