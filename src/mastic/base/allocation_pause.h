// Lets no allocation fail for a while: for what belongs to a test and not to the code under test.

#pragma once

#include <cstddef>

#include "mastic/base/failing_allocations.h"

namespace mastic::base {

// Only programs that link mastic::failing_allocations have these, so here they are weak.
// NOLINTBEGIN(readability-redundant-declaration)
[[gnu::weak]] void fail_allocation(std::size_t nth) noexcept;
[[gnu::weak]] std::size_t stop_failing_allocations() noexcept;
// NOLINTEND(readability-redundant-declaration)

/// While it exists, no allocation of this thread fails or counts as one that could have failed.
class AllocationPause {
 public:
  AllocationPause()
      : left_(&stop_failing_allocations != nullptr ? stop_failing_allocations() : 0) {}
  ~AllocationPause() {
    if (left_ > 0) fail_allocation(left_);
  }
  AllocationPause(const AllocationPause&) = delete;
  AllocationPause& operator=(const AllocationPause&) = delete;

 private:
  const std::size_t left_;  ///< how many allocations remain until the one that fails; 0: none
};

}  // namespace mastic::base
