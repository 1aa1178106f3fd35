// The time, as an application asks for it.
//
// Code that asks here, and not std::chrono's clocks, is testable: a TestClient has a clock of its
// own that a test moves on (`client.pass(1h)`), and this is where the application sees it.

#pragma once

#include <utility>

#include "mastic/base/kernel.h"
#include "mastic/base/units.h"

namespace mastic::base {

/// The time of day: for what is shown, stored or sent. It jumps when somebody sets the clock, so
/// what measures or waits takes `steady_now`.
[[nodiscard]] WallTime now() noexcept;

/// The time of a clock that only ever goes on: for how long something took, and for when something
/// that this process keeps has expired. It means nothing to another process, nor after a restart.
[[nodiscard]] Instant steady_now() noexcept;

/// While it stands, `now` and `steady_now` on this thread ask the clock of `kernel`. Scopes nest.
///
/// A TestClient opens one around all that it runs, on the thread that calls it: handlers, tasks, what
/// `run_blocking` is given, hooks and background tasks. A thread that the application starts itself
/// has the system's clock, unless it opens a scope with what its maker had:
///
///     std::jthread janitor([&clock = ClockScope::kernel()] { ClockScope same(clock); ... });
class ClockScope {
 public:
  /// `kernel` must outlive it.
  explicit ClockScope(Kernel& kernel) noexcept : before_(std::exchange(current_, &kernel)) {}
  ~ClockScope() { current_ = before_; }
  ClockScope(const ClockScope&) = delete;
  ClockScope& operator=(const ClockScope&) = delete;

  /// The kernel whose clock this thread asks.
  [[nodiscard]] static Kernel& kernel() noexcept;

 private:
  static inline constinit thread_local Kernel* current_ = nullptr;  ///< the system's when null
  Kernel* const before_;
};

}  // namespace mastic::base
