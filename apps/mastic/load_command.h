// The command `mastic load URL`: puts load on a server and measures it (load/generator.h).

#pragma once

#include "apps/mastic/command.h"

namespace mastic::program {

/// Its entry in the table of commands.
[[nodiscard]] CommandEntry load_command();

}  // namespace mastic::program
