// The time, as an application asks for it.
//
// Code that asks here, and not the clocks of std::chrono, can be tested: a TestClient has its own
// clock, which a test moves forward (`client.pass(1h)`), and the application sees it here.

#pragma once

#include <utility>

#include "mastic/base/kernel.h"
#include "mastic/base/units.h"

namespace mastic::base {

/// The time of day, to be shown, stored or sent. It jumps when the clock is set, so use
/// `steady_now` to measure or to wait.
[[nodiscard]] WallTime now() noexcept;

/// The time of a clock that only moves forward, to measure how long something takes and to decide
/// when something in this process expires. It means nothing to another process, nor after a
/// restart.
[[nodiscard]] Instant steady_now() noexcept;

/// While a ClockScope exists, `now` and `steady_now` on its thread ask the clock of its kernel.
/// Scopes nest.
///
/// A TestClient opens a scope around everything that it runs on the thread of its caller: handlers,
/// tasks, functions for `run_blocking`, hooks and background tasks. A thread that the application
/// starts itself has the system's clock, unless it opens a scope with the kernel of the thread that
/// started it:
///
///     std::jthread janitor([&clock = ClockScope::kernel()] { ClockScope same(clock); ... });
class ClockScope {
 public:
  /// Opens the scope; `kernel` must outlive the scope.
  explicit ClockScope(Kernel& kernel) noexcept : before_(std::exchange(current_, &kernel)) {}
  ~ClockScope() { current_ = before_; }
  ClockScope(const ClockScope&) = delete;
  ClockScope& operator=(const ClockScope&) = delete;

  /// The kernel whose clock this thread asks at the moment.
  [[nodiscard]] static Kernel& kernel() noexcept;

 private:
  static inline constinit thread_local Kernel* current_ = nullptr;  ///< null: the system's
  Kernel* const before_;
};

}  // namespace mastic::base
