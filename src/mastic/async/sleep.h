// Waiting for time to pass, without holding a thread.

#pragma once

#include "mastic/async/context.h"
#include "mastic/async/timer.h"

namespace mastic::async {

/// `co_await Sleep(5s)`; usually spelt sleep_for.
class Sleep final : public Operation, private Timer {
 public:
  /// Waits for this long once it is awaited.
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

/// Lets other work run for at least `length`. Throws Cancelled when it is stopped meanwhile.
[[nodiscard]] inline Sleep sleep_for(base::Duration length) { return Sleep(length); }

}  // namespace mastic::async
