// The command `mastic routes SITE`: lists what a site answers.

#pragma once

#include "apps/mastic/command.h"

namespace mastic::program {

/// The entry of the command in the table of commands.
[[nodiscard]] CommandEntry routes_command();

}  // namespace mastic::program
