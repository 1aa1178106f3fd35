// How a route fares, and the word for handlers that block.

#pragma once

#include "mastic/async/pace.h"

namespace mastic::app {

/// Written where a handler is, to say that it blocks: `site.get<"/report">(blocking, report)`.
struct Blocking {};
inline constexpr Blocking blocking;

using async::Pace;

}  // namespace mastic::app
