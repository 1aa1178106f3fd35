// The completion of commands, options and their values in shells, made from the table of commands.

#pragma once

#include <string>
#include <vector>

#include "apps/mastic/command.h"

namespace mastic::program {

/// A script for bash: to be sourced, or to be put where bash-completion finds it.
[[nodiscard]] std::string bash_completion(const std::vector<CommandEntry>& commands);
/// A file `_mastic` for a folder of zsh's fpath.
[[nodiscard]] std::string zsh_completion(const std::vector<CommandEntry>& commands);
/// A file `mastic.fish` for a folder of completions of fish.
[[nodiscard]] std::string fish_completion(const std::vector<CommandEntry>& commands);

}  // namespace mastic::program
