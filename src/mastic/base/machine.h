// How much memory and processor time this process may use: what the machine has, and what the
// control groups of the process allow.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/kernel.h"

namespace mastic::base {

/// The name of one setting in both versions of control groups. Version 2 has one tree, with files
/// such as memory.max. Version 1 has a tree for each controller, such as `memory` with
/// memory.limit_in_bytes.
struct CgroupFile {
  std::string_view v2;
  std::string_view v1_controller;
  std::string_view v1;
};

/// Returns the contents of `file` in the control group of this process and in every group above it
/// that has such a file: the limits of all these groups apply. Groups are looked for below
/// /sys/fs/cgroup. Inside a container that directory may be the container's own group, so paths
/// from /proc/self/cgroup that do not exist there are skipped.
[[nodiscard]] std::vector<std::string> read_cgroups(Kernel& kernel, const CgroupFile& file);

/// How many bytes of memory this process may use: what the machine has, or less when a control
/// group sets a limit. Returns nothing when the system does not say.
[[nodiscard]] std::optional<std::uint64_t> memory_of_process(Kernel& kernel);

/// How many processors the control groups allow this process (cpu.max), rounded up. Returns nothing
/// when no group sets a limit.
[[nodiscard]] std::optional<unsigned> processors_of_group(Kernel& kernel);

}  // namespace mastic::base
