// Waiting for time to pass, without blocking a thread.

#pragma once

#include "mastic/async/context.h"
#include "mastic/async/timer.h"

namespace mastic::async {

/// The await that sleep_for returns.
class Sleep final : public Operation, private Timer {
 public:
  /// Makes an await that lasts for `length` after the executor has started it.
  explicit Sleep(base::Duration length) : length_(length) {}
  void await_resume() const { finish_await(); }

 private:
  void start(Executor& executor) override {
    executor.arm(*this, base::after(executor.now(), length_));
  }
  Cancel cancel() noexcept override {
    disarm();
    return Cancel::GivenUp;
  }
  void expired() noexcept override { complete(); }

  base::Duration length_;
};

/// Waits for at least `length`, while other tasks run. Throws Cancelled if the task is cancelled
/// meanwhile.
[[nodiscard]] inline Sleep sleep_for(base::Duration length) { return Sleep(length); }

}  // namespace mastic::async
