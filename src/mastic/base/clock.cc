#include "mastic/base/clock.h"

namespace mastic::base {

Kernel& ClockScope::kernel() noexcept { return current_ != nullptr ? *current_ : system_kernel(); }

WallTime now() noexcept { return ClockScope::kernel().wall_now(); }
Instant steady_now() noexcept { return ClockScope::kernel().monotonic_now(); }

}  // namespace mastic::base
