// The command `mastic completion SHELL`: prints the completion of a shell.

#pragma once

#include "apps/mastic/command.h"

namespace mastic::program {

/// The entry of the command in the table of commands.
[[nodiscard]] CommandEntry completion_command();

}  // namespace mastic::program
