// Stop tokens that a loop fires.

#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

#include "mastic/async/job.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/source.h"

namespace mastic::loop {

/// A job that requests a stop. The request is a job because the callbacks of a stop token are user
/// code. If the loop ends before the job has run, the loop destroys the job.
class FireStop final : public async::Job, public LoopOwned {
 public:
  /// Has `loop` request the stop of `stop->source` in a job. Called on the loop.
  static void fire(std::unique_ptr<FireStop> stop, Loop& loop) noexcept {
    FireStop& job = *stop;
    loop.keep(std::move(stop));
    loop.enqueue(job);
  }
  void run() noexcept override { source.request_stop(); }
  void finish() noexcept override { delete this; }
  /// True: a stop ends handlers that hold threads, so the stop itself must not wait for a thread.
  [[nodiscard]] bool is_trusted() noexcept override { return true; }

  std::stop_source source;
};

/// A stop token that is created when it is first asked for. Most tokens are never asked for, and
/// cost nothing.
class LateStop {
 public:
  /// Returns the token. May be called from any thread. If `fire` was called before, the token has
  /// fired already. Throws std::bad_alloc.
  [[nodiscard]] std::stop_token token() {
    const std::lock_guard lock(mutex_);
    if (!token_.stop_possible()) {
      job_ = std::make_unique<FireStop>();
      token_ = job_->source.get_token();
      if (fired_) job_->source.request_stop();
    }
    return token_;
  }
  /// Fires the token; if the token is first asked for later, it has fired already. Called on the
  /// loop; a second call does nothing.
  void fire(Loop& loop) noexcept {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(fired_, true) && job_) FireStop::fire(std::move(job_), loop);
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<FireStop> job_;  ///< null before the first call of `token`, and once fired
  std::stop_token token_;
  bool fired_ = false;
};

}  // namespace mastic::loop
