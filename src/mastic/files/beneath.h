// Opening files below a directory and nowhere else.

#pragma once

#include "mastic/base/kernel.h"

namespace mastic::files {

/// A function that opens `path` below the open `directory`, with O_* `flags`. It returns the
/// descriptor or -errno.
///
/// Nothing outside of `directory` is opened, whatever the path and the links in the tree contain,
/// even if files are renamed at the same time. A path or link that is absolute or leads above
/// `directory` gives -EXDEV (or -ELOOP). Relative links are followed if every step of their path
/// stays inside. "." is the directory itself.
using OpenBeneath = int (*)(base::Kernel& kernel, int directory, const char* path, int flags);

/// Lets the kernel resolve the path (openat2 with RESOLVE_BENEATH, since Linux 5.6).
[[nodiscard]] int open_by_kernel(base::Kernel& kernel, int directory, const char* path, int flags);

/// Resolves the path itself, name by name, and reads the links. This is for older kernels, and for
/// containers whose seccomp profile does not know openat2. Each directory on the way is held open,
/// so that ".." leads back to the directory from which the walk came, even if a directory was moved
/// meanwhile. Costs two system calls for each name.
[[nodiscard]] int open_by_steps(base::Kernel& kernel, int directory, const char* path, int flags);

/// Returns open_by_kernel if the kernel supports it, and otherwise open_by_steps.
[[nodiscard]] OpenBeneath choose_open_beneath(base::Kernel& kernel, int directory);

}  // namespace mastic::files
