// Standard input, output and error, as a program may count on them.

#pragma once

#include "mastic/base/result.h"

namespace mastic::base {

/// Opens /dev/null for those that whoever started this program has closed, for it and for its
/// children: so no file and no socket gets their numbers, and what is printed goes nowhere. Fails
/// when there is no such device. Call it first in main, before there are threads.
[[nodiscard]] Result<void> open_standard_streams();

}  // namespace mastic::base
