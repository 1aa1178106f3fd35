#include "apps/mastic/commands.h"

#include <algorithm>

#include "apps/mastic/check_command.h"
#include "apps/mastic/completion_command.h"
#include "apps/mastic/load_command.h"
#include "apps/mastic/manual_command.h"
#include "apps/mastic/new_command.h"
#include "apps/mastic/points_command.h"
#include "apps/mastic/request_command.h"
#include "apps/mastic/routes_command.h"
#include "apps/mastic/serve_command.h"

namespace mastic::program {

const std::vector<CommandEntry>& commands() {
  static const std::vector<CommandEntry> kCommands{
      serve_command(),  check_command(), routes_command(),     request_command(), load_command(),
      points_command(), new_command(),   completion_command(), manual_command(),
  };
  return kCommands;
}

const CommandEntry* find_command(std::string_view name) {
  const auto found = std::ranges::find(commands(), name, &CommandEntry::name);
  return found == commands().end() ? nullptr : &*found;
}

std::string program_help() {
  constexpr std::size_t kColumn = 14;
  std::string help = "mastic COMMAND [ARGUMENT...] [OPTION...]\n\n";
  const auto add = [&](std::string_view name, std::string_view meaning) {
    help.append("  ").append(name);
    help.append(kColumn - std::min(name.size(), kColumn - 1), ' ').append(meaning).append("\n");
  };
  for (const CommandEntry& entry : commands()) {
    if (!entry.is_hidden) add(entry.name, entry.meaning);
  }
  add("--version", "print the version and what it was built with");
  add("--help", "print this help; `mastic COMMAND --help` prints that of a command");
  return help.append("\n").append(kSiteText);
}

}  // namespace mastic::program
