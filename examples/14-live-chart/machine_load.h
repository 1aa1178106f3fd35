// How busy this machine is. It knows nothing of HTTP.

#pragma once

#include <cstdint>

/// Measures which share of the cores was busy since the last call.
class MachineLoad {
 public:
  /// Returns the share in percent, and 0 the first time. Throws std::runtime_error where there is
  /// no /proc/stat. The kernel makes that file in memory, so reading it does not wait for a disk.
  double operator()();

 private:
  std::uint64_t last_busy_ = 0;
  std::uint64_t last_all_ = 0;
};
