#include "mastic/testing/failure.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace mastic::testing {
namespace {

void print_and_abort(const std::string& message) {
  std::fprintf(stderr, "The test has failed: %s\n", message.c_str());
  if (std::uncaught_exceptions() == 0) std::abort();
}

// Initialized before any code runs, because a header may set it while the program starts.
constinit std::atomic<FailureReporter> current_reporter = print_and_abort;

}  // namespace

void report_failure(const std::string& message) { current_reporter.load()(message); }

FailureReporter set_failure_reporter(FailureReporter reporter) {
  return current_reporter.exchange(reporter);
}

}  // namespace mastic::testing
