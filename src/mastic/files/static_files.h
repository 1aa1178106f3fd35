// A static tree as an App.

#pragma once

#include <string>

#include "mastic/app/app.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"
#include "mastic/files/options.h"

namespace mastic::files {

/// Makes an App that serves the files below `root`, with index files, conditional requests, ranges,
/// precompressed siblings, and listings if Options ask for them. Small files are sent from memory,
/// large ones from the file.
///
/// Nothing outside of `root` is ever served, whatever the path or the links in the tree contain.
/// Requests for hidden names (Options::hidden_files), and for anything that is neither a file nor a
/// directory, are answered 404. Fails with a message if `root` cannot be opened or an option is
/// wrong. Requires: `kernel` outlives the App.
[[nodiscard]] base::Result<app::App> open_static_files(const std::string& root, Options options,
                                                       base::Kernel& kernel);

/// Makes the same App as open_static_files, but throws std::runtime_error with the message instead
/// of returning an error. That suits the start of a program.
[[nodiscard]] app::App static_files(const std::string& root, Options options = {});

}  // namespace mastic::files
