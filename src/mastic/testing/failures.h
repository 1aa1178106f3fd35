// Lets each allocation and each system call of a piece of code fail in turn (base/failures.h).
//
//     for_each_failure([] { store("a", "b"); });
//
// Lower rooms have tests, too, so the parts are in `base`; these are their names for a test of an
// application.

#pragma once

#include "mastic/base/failures.h"

namespace mastic::testing {

using base::FailingKernel;
using base::FailureCount;
using base::FailureOptions;
using base::Failures;
using base::for_each_failure;

}  // namespace mastic::testing
