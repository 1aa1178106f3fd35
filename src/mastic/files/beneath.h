// Opening what lies below a directory, and nothing else.

#pragma once

#include "mastic/base/kernel.h"

namespace mastic::files {

/// Opens `path` below the open `directory`, with O_* `flags`; returns the descriptor or -errno.
///
/// Whatever the path, the links in the tree and races with renames say, nothing outside of
/// `directory` is opened: a path, or a link, that is absolute or leads above it is -EXDEV (or
/// -ELOOP), and relative links that stay inside on their whole way are followed. "." is the
/// directory itself.
using OpenBeneath = int (*)(base::Kernel& kernel, int directory, const char* path, int flags);

/// The kernel resolves the path (openat2 with RESOLVE_BENEATH, Linux 5.6).
[[nodiscard]] int open_by_kernel(base::Kernel& kernel, int directory, const char* path, int flags);

/// For older kernels, and for containers whose profile knows no openat2: goes along the path name
/// by name and reads links itself. Each directory on the way is held open, so that ".." is the one
/// it came from, wherever that was moved meanwhile. Costs two calls for each name.
[[nodiscard]] int open_by_steps(base::Kernel& kernel, int directory, const char* path, int flags);

/// The first of these that can be had here.
[[nodiscard]] OpenBeneath choose_open_beneath(base::Kernel& kernel, int directory);

}  // namespace mastic::files
