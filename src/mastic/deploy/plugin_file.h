// Reads what a plugin was built with from its file, before any of its code runs.
//
// So a plugin that was built for another version gets a message that says so, where the system's
// loader would name the first symbol that is missing.

#pragma once

#include <string>

#include "mastic/base/kernel.h"
#include "mastic/base/result.h"
#include "mastic/deploy/plugin_table.h"

namespace mastic::deploy {

/// Reads the first part of the table in the plugin at `path`.
///
/// Fails with a message that begins with the path when others may write to the file, or everybody to
/// its folder; when it is a directory, no shared object, one for another processor, or shorter than it
/// says; and when it has no table.
[[nodiscard]] base::Result<PluginBuild> read_plugin_build(const std::string& path,
                                                          base::Kernel& kernel);

}  // namespace mastic::deploy
