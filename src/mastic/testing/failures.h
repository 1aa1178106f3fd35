// Lets each allocation and each system call of a piece of code fail in turn (base/failures.h).
//
//     for_each_failure([] { store("a", "b"); });
//
// Within a call of a TestClient, only what the server and the application allocate fails, not what
// the client does.
//
// Lower rooms have tests, too, so the parts are in `base`; these are their names for a test of an
// application.

#pragma once

#include <stdexcept>

#include "mastic/base/failures.h"

namespace mastic::testing {

using base::FailingKernel;
using base::FailureCount;
using base::FailureOptions;
using base::Failures;
using base::for_each_failure;

/// Thrown by a call of a TestClient within Failures::during when the failure of the run has come, and
/// the call is left without an answer, or the server has logged an error. It is no std::logic_error,
/// because both are what a server without memory does. What the server must not do for any reason
/// is still a std::logic_error: a breach of the contract, an answer that is not HTTP or never comes.
class HitByFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace mastic::testing
