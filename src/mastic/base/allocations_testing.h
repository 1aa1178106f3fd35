// Counts what a test asks the heap for.
//
// A test program that links mastic_allocations_testing has its `operator new` and `operator delete`
// replaced (failing_allocations.h), and its `malloc` too where no sanitizer needs it. It is a library
// of its own, so that the other tests keep the ordinary ones, with all that AddressSanitizer sees in
// them.

#pragma once

#include <cstddef>

#include "mastic/base/failing_allocations.h"

namespace mastic::base {

/// How often any thread has asked the heap for memory so far, through an operator of any alignment
/// or through malloc and its relatives, libraries included.
[[nodiscard]] std::size_t heap_requests_so_far() noexcept;
/// Whether `heap_requests_so_far` counts in this build. Under a sanitizer it does not: malloc is
/// the sanitizer's then, and frames and pages are not recycled as they are elsewhere.
[[nodiscard]] bool counts_heap_requests() noexcept;

}  // namespace mastic::base
