// Makes sure that standard input, output and error are open.

#pragma once

#include "mastic/base/result.h"

namespace mastic::base {

/// Opens /dev/null in place of every standard stream that is closed, for this process and its
/// children. So no file or socket gets the number of a stream, and what is printed there is
/// discarded. Fails when /dev/null cannot be opened. Call it first in main, before there are
/// threads.
[[nodiscard]] Result<void> open_standard_streams();

}  // namespace mastic::base
