// The options of a command as they are written on a command line, for the completion of shells and
// the manual page.

#pragma once

#include <string>
#include <vector>

#include "apps/mastic/command.h"

namespace mastic::program {

/// An option of a command.
struct ListedOption {
  std::string word;                  ///< "--log-level"; "--no-etag" for a flag that is on
  std::string argument;              ///< "LEVEL"; empty for a flag
  std::vector<std::string> choices;  ///< the words that its value may be, if there are only a few
  bool takes_file = false;           ///< whether its value is the path of a file or a directory
  bool is_repeatable = false;
  std::string heading;
  std::string default_text;
  std::string meaning;
};

/// The options of a command, in the order of its help; `--help` is the last one.
[[nodiscard]] std::vector<ListedOption> options_of(const CommandEntry& entry);
/// The first sentence of a text, without its full stop.
[[nodiscard]] std::string first_sentence(std::string_view text);

}  // namespace mastic::program
