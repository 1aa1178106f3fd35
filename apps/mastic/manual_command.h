// The command `mastic manual`: prints the manual page, for the build of Mastic.

#pragma once

#include "apps/mastic/command.h"

namespace mastic::program {

/// The entry of the command in the table of commands.
[[nodiscard]] CommandEntry manual_command();

}  // namespace mastic::program
