// What a test's own thread takes of the heap: counted, and made to fail.
//
// A test program that links mastic_allocations_testing has its `operator new` and `operator delete`
// replaced. It is a library of its own, so that the other tests keep the ordinary ones, with all
// that AddressSanitizer sees in them.

#pragma once

#include <cstddef>

namespace mastic::base {

/// Whether allocations are counted here and can fail; if not, all below stays at zero, and a test
/// that wants to see it has to be skipped. ThreadSanitizer owns the operators and lends them to none.
[[nodiscard]] bool counts_allocations() noexcept;

/// All allocations of this thread so far, those that were freed since included; not those of types
/// that ask for more than the usual alignment.
struct Allocations {
  std::size_t count = 0;
  std::size_t bytes = 0;
};
[[nodiscard]] Allocations allocations_so_far() noexcept;

/// The `nth` allocation of this thread from now on (1 is the next) throws std::bad_alloc, and only
/// it.
void fail_allocation(std::size_t nth) noexcept;
/// Lets all of them succeed again. Returns how far off the one that was to fail still was, as
/// `fail_allocation` takes it; 0 when it has failed.
std::size_t stop_failing_allocations() noexcept;

}  // namespace mastic::base
