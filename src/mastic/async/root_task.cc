#include "mastic/async/root_task.h"

#include <chrono>
#include <new>
#include <utility>

namespace mastic::async {

void RootTask::run() noexcept {
  if (!is_elsewhere_) {
    run_task();
    return history_.returned();
  }
  // On a thread that may block, a return does not show that the code was quick, so the time that
  // the run took is recorded.
  const base::Instant begun = std::chrono::steady_clock::now();
  run_task();
  history_.took(std::chrono::steady_clock::now() - begun);
}

void RootTask::left_behind(int thread) noexcept {
  is_left_behind_ = true;
  history_.was_left_behind();
  holds_thread(thread);
}

/// `is_elsewhere_` is set before the submit, because another thread may run the task from then on.
bool RootTask::run_elsewhere() noexcept {
  if (!elsewhere_) elsewhere_.reset(new (std::nothrow) Elsewhere(*this, executor()));
  if (!elsewhere_) return false;
  is_elsewhere_ = true;
  if (elsewhere_->submit_begun()) return true;
  is_elsewhere_ = false;
  return false;
}

void RootTask::run_task() noexcept {
  // Another run may follow the end of the task, if `finish` found more operations ready.
  if (has_ended_) return;
  try {
    if (!std::exchange(is_made_, true)) task_ = make_task();
    task_.start(*this);
    resume_ready();
    if (!task_.is_done()) return;
    task_.take();
  } catch (...) {
    task_failed();
  }
  task_ = Task<>::done();
  has_ended_ = true;
}

void RootTask::finish() noexcept {
  is_elsewhere_ = false;  // decided again before each run
  if (std::exchange(is_left_behind_, false)) {
    history_.came_back();
    came_back();
  }
  finish_run();
  // task_ended may destroy this, so it comes last, and not while another run is pending.
  if (has_ended_ && !is_scheduled()) task_ended();
}

}  // namespace mastic::async
