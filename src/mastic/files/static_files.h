// A static tree as an application.

#pragma once

#include <string>

#include "mastic/app/app.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"
#include "mastic/files/options.h"

namespace mastic::files {

/// Serves the files below `root`: index files, conditional requests, ranges, precompressed
/// siblings, listings when asked for. Small files come from memory, large ones from the disk cache.
///
/// Nothing outside of `root` is ever served, whatever the path or the links in the tree say. Names
/// that are hidden (Options::hidden_files), and what is neither file nor directory, are not there.
/// Fails with a message when `root` cannot be opened. `kernel` must outlive it.
[[nodiscard]] base::Result<app::App> open_static_files(const std::string& root, Options options,
                                                       base::Kernel& kernel);

/// Serves the files below `root`, as open_static_files does, for a program's start: throws
/// std::runtime_error with its message.
[[nodiscard]] app::App static_files(const std::string& root, Options options = {});

}  // namespace mastic::files
