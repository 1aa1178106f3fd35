// The command `mastic serve SITE`: serves a site file, a plugin, or the files below a directory.

#pragma once

#include "apps/mastic/command.h"

namespace mastic::program {

/// The entry of the command in the table of commands.
[[nodiscard]] CommandEntry serve_command();

}  // namespace mastic::program
