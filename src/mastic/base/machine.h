// What the machine, and the control group that this process is in, leave to it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/kernel.h"

namespace mastic::base {

/// The name of a setting of control groups, in both versions of them: memory.max of the one tree
/// (v2), memory.limit_in_bytes of the tree of the controller `memory` (v1).
struct CgroupFile {
  std::string_view v2;
  std::string_view v1_controller;
  std::string_view v1;
};

/// What `file` says in the control group of this process and in each group above that, as far as it
/// stands there: all of them bind. They are looked for below /sys/fs/cgroup, where containers may
/// have their own group as the root, whatever /proc/self/cgroup calls it.
[[nodiscard]] std::vector<std::string> read_cgroups(Kernel& kernel, const CgroupFile& file);

/// Bytes of memory that this process may have: those of the machine, or fewer when a control group
/// says so. Nothing where the system does not tell.
[[nodiscard]] std::optional<std::uint64_t> memory_of_process(Kernel& kernel);

/// How many processors' time a control group leaves to this process (cpu.max), rounded up; nothing where no group
/// limits it.
[[nodiscard]] std::optional<unsigned> processors_of_group(Kernel& kernel);

}  // namespace mastic::base
