// What a test takes of the heap: counted, and made to fail.
//
// A test program that links mastic_allocations_testing has its `operator new` and `operator delete`
// replaced, and its `malloc` too where no sanitizer needs it. It is a library of its own, so that
// the other tests keep the ordinary ones, with all that AddressSanitizer sees in them.

#pragma once

#include <cstddef>

namespace mastic::base {

/// Whether allocations are counted here and can fail; if not, all below stays at zero, and a test
/// that wants to see it has to be skipped. ThreadSanitizer owns the operators and lends them to none.
[[nodiscard]] bool counts_allocations() noexcept;

/// All allocations by the operators on this thread so far, those that were freed since included; not
/// those of types that ask for more than the usual alignment.
struct Allocations {
  std::size_t count = 0;
  std::size_t bytes = 0;
};
[[nodiscard]] Allocations allocations_so_far() noexcept;

/// How often the heap was asked for memory so far, by anything on any thread: the operators, of any
/// alignment, and malloc and its like wherever they are called from. Not with a sanitizer, which
/// owns malloc, and under which memory is not recycled as it is without.
[[nodiscard]] std::size_t heap_requests_so_far() noexcept;
[[nodiscard]] bool counts_heap_requests() noexcept;

/// The `nth` allocation by an operator on this thread from now on (1 is the next) throws
/// std::bad_alloc, and only it.
void fail_allocation(std::size_t nth) noexcept;
/// Lets all of them succeed again. Returns how far off the one that was to fail still was, as
/// `fail_allocation` takes it; 0 when it has failed.
std::size_t stop_failing_allocations() noexcept;

}  // namespace mastic::base
