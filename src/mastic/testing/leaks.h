// What a piece of code leaves behind in its process: descriptors, threads, temporary files
// (base/leaks.h).

#pragma once

#include "mastic/base/leaks.h"

namespace mastic::testing {

using base::Leaks;

}  // namespace mastic::testing
