// The table of commands: the help, the completion of shells and the manual page are made from it.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/mastic/command.h"

namespace mastic::program {

/// All commands, in the order of the help.
[[nodiscard]] const std::vector<CommandEntry>& commands();
/// The command with this name, or null.
[[nodiscard]] const CommandEntry* find_command(std::string_view name);
/// The help of the program: a list of its commands.
[[nodiscard]] std::string program_help();

/// What SITE may be, for the help and the manual page.
inline constexpr std::string_view kSiteText =
    "SITE is one of:\n"
    "  site.ini           the application 'main' of a site file\n"
    "  site.ini#admin     another application of the file\n"
    "  ./libsite.so       the application of a plugin; #NAME if it has several\n"
    "  public             a directory, whose files are served\n"
    "Settings after it, as NAME=VALUE, are seen by the site file as %(NAME)s.\n";

}  // namespace mastic::program
