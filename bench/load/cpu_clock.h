// The CPU time of a process, which another process may read.

#pragma once

#include <ctime>

#include "bench/load/expected.h"

namespace load {

/// The CPU clock of a process, as clock_getcpuclockid(3) encodes it. It includes threads that have
/// ended.
inline clockid_t clock_of(int process) { return static_cast<clockid_t>((~process) * 8 | 2); }

/// What a clock shows, in seconds.
inline double cpu_seconds(clockid_t clock) {
  timespec now{};
  if (clock_gettime(clock, &now) != 0) fail("the CPU clock of the server");
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace load
