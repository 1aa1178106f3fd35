// The command `mastic check SITE`: shows what a site consists of, and what is wrong with it.

#pragma once

#include "apps/mastic/command.h"

namespace mastic::program {

/// The entry of the command in the table of commands.
[[nodiscard]] CommandEntry check_command();

}  // namespace mastic::program
