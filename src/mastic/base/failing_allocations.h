// Allocations that fail when a test wants it.
//
// A program that links mastic::failing_allocations has its operators `new` and `delete` replaced by
// some that count, and of which a chosen one fails. The library of a program cannot replace them for
// every user, so this is a source of its own, compiled into the test. testing/failures.h is the easy
// way to use it.

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
  std::size_t count = 0;  ///< how many there were
  std::size_t bytes = 0;  ///< how many bytes they have asked for
};
/// The allocations of the calling thread since it began.
[[nodiscard]] Allocations allocations_so_far() noexcept;

/// Makes the `nth` allocation by an operator on this thread from now on (1 is the next) throw
/// std::bad_alloc, and no other.
void fail_allocation(std::size_t nth) noexcept;
/// Cancels `fail_allocation`. Returns how many more allocations it would have taken to reach the
/// failing one; 0 when that has failed already.
std::size_t stop_failing_allocations() noexcept;

}  // namespace mastic::base
