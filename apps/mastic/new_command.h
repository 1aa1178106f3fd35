// The command `mastic new`: writes a new project, or a filter for one.

#pragma once

#include "apps/mastic/command.h"

namespace mastic::program {

/// The entry of the command in the table of commands.
[[nodiscard]] CommandEntry new_command();

}  // namespace mastic::program
