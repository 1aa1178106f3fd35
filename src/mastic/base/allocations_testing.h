// Counts what a test allocates, and makes chosen allocations fail.
//
// A test program that links mastic_allocations_testing has its `operator new` and `operator delete`
// replaced, and its `malloc` too where no sanitizer needs it. It is a library of its own, so that
// the other tests keep the ordinary ones, with all that AddressSanitizer sees in them.

#pragma once

#include <cstddef>

namespace mastic::base {

/// Whether allocations are counted in this build and can be made to fail. If not, every count stays
/// at zero, and a test that needs one should skip itself. Under ThreadSanitizer they are not: it
/// replaces the operators itself.
[[nodiscard]] bool counts_allocations() noexcept;

/// Allocations made through `operator new`, whether or not they were freed since. Those of types
/// with an alignment beyond the default are not counted.
struct Allocations {
  std::size_t count = 0;
  std::size_t bytes = 0;
};
/// The allocations of the calling thread since it began.
[[nodiscard]] Allocations allocations_so_far() noexcept;

/// How often any thread has asked the heap for memory so far, through an operator of any alignment
/// or through malloc and its relatives, libraries included.
[[nodiscard]] std::size_t heap_requests_so_far() noexcept;
/// Whether `heap_requests_so_far` counts in this build. Under a sanitizer it does not: malloc is
/// the sanitizer's then, and frames and pages are not recycled as they are elsewhere.
[[nodiscard]] bool counts_heap_requests() noexcept;

/// Makes the `nth` allocation by an operator on this thread from now on (1 is the next) throw
/// std::bad_alloc, and no other.
void fail_allocation(std::size_t nth) noexcept;
/// Cancels `fail_allocation`. Returns how many more allocations it would have taken to reach the
/// failing one; 0 when that has failed already.
std::size_t stop_failing_allocations() noexcept;

}  // namespace mastic::base
