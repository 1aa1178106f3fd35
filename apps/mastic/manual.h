// The manual page of the program, made from the table of commands.

#pragma once

#include <string>
#include <vector>

#include "apps/mastic/command.h"

namespace mastic::program {

/// The page mastic(1), in the macros of man(7).
[[nodiscard]] std::string manual_page(const std::vector<CommandEntry>& commands);

}  // namespace mastic::program
