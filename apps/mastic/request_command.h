// The command `mastic request SITE /PATH`: makes one request of a site without a socket.

#pragma once

#include "apps/mastic/command.h"

namespace mastic::program {

/// The entry of the command in the table of commands.
[[nodiscard]] CommandEntry request_command();

}  // namespace mastic::program
