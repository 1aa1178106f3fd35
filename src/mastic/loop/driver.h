// A thread that drives a loop, as the loop sees it.

#pragma once

#include <cstdint>

namespace mastic::loop {

/// Belongs to the thread; the loop holds it while that drives it.
struct Driver {
  int thread = 0;           ///< its number in the kernel; 0: not known
  std::uint64_t token = 0;  ///< of the user code it is in (LoopOwnership)
};

}  // namespace mastic::loop
