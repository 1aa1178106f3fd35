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

/// Requests a stop from a job of its own, because callbacks of a stop token are user code. If the
/// loop ends before the job has run, the loop destroys it.
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
  /// True: a stop ends handlers that hold threads, so it must not wait for a thread itself.
  [[nodiscard]] bool is_trusted() noexcept override { return true; }

  std::stop_source source;
};

/// A stop token that is created when it is first asked for. Most never are, and cost nothing.
class LateStop {
 public:
  /// The token, from any thread. It has fired already if `fire` was called before. Throws
  /// std::bad_alloc.
  [[nodiscard]] std::stop_token token() {
    const std::lock_guard lock(mutex_);
    if (!token_.stop_possible()) {
      job_ = std::make_unique<FireStop>();
      token_ = job_->source.get_token();
      if (fired_) job_->source.request_stop();
    }
    return token_;
  }
  /// Fires the token, and any that is asked for later. Called on the loop; a second call does
  /// nothing.
  void fire(Loop& loop) noexcept {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(fired_, true) && job_) FireStop::fire(std::move(job_), loop);
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<FireStop> job_;  ///< until it is fired
  std::stop_token token_;
  bool fired_ = false;
};

}  // namespace mastic::loop
