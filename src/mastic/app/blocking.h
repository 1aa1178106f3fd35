// The tag `blocking`, which says that a handler blocks.

#pragma once

#include "mastic/async/blocking_history.h"

namespace mastic::app {

/// The type of the tag `blocking`.
struct Blocking {};
/// Passed before a handler that blocks: `site.get<"/report">(blocking, report)`.
inline constexpr Blocking blocking;

using async::BlockingHistory;

}  // namespace mastic::app
