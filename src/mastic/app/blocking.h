// blocking(handler): the word by which a handler says that it blocks.

#pragma once

#include "mastic/async/blocking_history.h"

namespace mastic::app {

/// Written where a handler is, to say that it blocks: `site.get<"/report">(blocking, report)`.
struct Blocking {};
/// The word itself, an argument before the handler.
inline constexpr Blocking blocking;

using async::BlockingHistory;

}  // namespace mastic::app
