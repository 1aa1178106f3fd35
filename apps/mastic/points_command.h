// The command `mastic points [NAME]`: lists what a site file may use.

#pragma once

#include "apps/mastic/command.h"

namespace mastic::program {

/// The entry of the command in the table of commands.
[[nodiscard]] CommandEntry points_command();

}  // namespace mastic::program
