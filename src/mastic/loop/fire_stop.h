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

/// Callbacks of a stop token are user code, so they get a job of their own. The loop may end before
/// that has run: then it goes with the loop.
class FireStop final : public async::Job, public LoopOwned {
 public:
  /// On the loop.
  static void fire(std::unique_ptr<FireStop> stop, Loop& loop) noexcept {
    FireStop& job = *stop;
    loop.keep(std::move(stop));
    loop.enqueue(job);
  }
  void run() noexcept override { source.request_stop(); }
  void finish() noexcept override { delete this; }
  /// It is what ends handlers that hold threads, so it does not wait for these.
  [[nodiscard]] bool is_trusted() noexcept override { return true; }

  std::stop_source source;
};

/// A stop token that is made when somebody asks for it: most never do, and cost nothing.
class LateStop {
 public:
  /// From any thread.
  [[nodiscard]] std::stop_token token() {
    const std::lock_guard lock(mutex_);
    if (!token_.stop_possible()) {
      job_ = std::make_unique<FireStop>();
      token_ = job_->source.get_token();
      if (fired_) job_->source.request_stop();
    }
    return token_;
  }
  /// On the loop. Who asks from now on gets a token that has fired; the second call does nothing.
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
