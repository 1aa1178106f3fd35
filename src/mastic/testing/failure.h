// Failures that are found where no exception may be thrown: in destructors.

#pragma once

#include <string>

namespace mastic::testing {

/// Reports that a test has failed, from a destructor. By default, prints `message` to the standard
/// error output and ends the program by std::abort, which fails the test in every framework. While an
/// exception leaves the test, it only prints: the test fails anyway, and the framework is to show why.
///
/// <mastic/testing/gtest.h> makes it a failure of GoogleTest instead.
void report_failure(const std::string& message);

/// What `report_failure` calls.
using FailureReporter = void (*)(const std::string& message);

/// Makes `report_failure` call `reporter`, which must not throw, in the whole program and on any
/// thread. Returns what it has called so far.
FailureReporter set_failure_reporter(FailureReporter reporter);

}  // namespace mastic::testing
