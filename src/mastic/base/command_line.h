// The words of a command line, held against a table of options. `max_header_bytes` in the table is
// `--max-header-bytes VALUE` or `--max-header-bytes=VALUE` here; a flag takes a value only after
// `=`.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/options.h"

namespace mastic::base {

/// Sets the options that `words` name and returns the words that are no option, in order; after
/// `--` every word is one. Fails at the first word that is wrong, and says which and how to mend
/// it.
[[nodiscard]] Result<std::vector<std::string_view>> parse_command_line(
    std::span<const char* const> words, OptionTable& table);

/// The options for people, grouped under their headings, with defaults, in lines of 80 columns.
[[nodiscard]] std::string describe_options(const OptionTable& table);

}  // namespace mastic::base
