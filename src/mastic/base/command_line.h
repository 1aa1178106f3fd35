// Reads a command line by a table of options. `max_header_bytes` in the table is
// `--max-header-bytes VALUE` or `--max-header-bytes=VALUE` here; a flag takes a value only after
// `=`, and `--no-NAME` turns it off.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/options.h"

namespace mastic::base {

/// Sets the options that `words` name and returns the other words, in order; no word after `--` is
/// an option. Fails at the first word that is wrong, with a message that names it and the remedy.
[[nodiscard]] Result<std::vector<std::string_view>> parse_command_line(
    std::span<const char* const> words, OptionTable& table);

/// Returns the help text: the options grouped under their headings, with their defaults, wrapped to
/// 80 columns.
[[nodiscard]] std::string describe_options(const OptionTable& table);

}  // namespace mastic::base
