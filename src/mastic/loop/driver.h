// What a loop knows of the thread that drives it.

#pragma once

#include <cstdint>

namespace mastic::loop {

/// Describes a thread to the loop that the thread drives. The thread owns its Driver, and the loop
/// refers to the Driver for as long as the thread drives the loop.
struct Driver {
  int thread = 0;           ///< the kernel's thread id (gettid), or 0 when the id is not known
  std::uint64_t token = 0;  ///< names the user code that the thread is in (LoopOwnership::open)
};

}  // namespace mastic::loop
