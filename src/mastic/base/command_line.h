// Reads a command line by a table of options. `max_header_bytes` in the table is
// `--max-header-bytes VALUE` or `--max-header-bytes=VALUE` here; a flag takes a value only after
// `=`, and `--no-NAME` turns it off. An alias of one letter is written `-n VALUE`.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/options.h"

namespace mastic::base {

/// A command line whose options have been found in a table, and not been set: so a program can first
/// set them from the file that one of them names.
struct CommandLine {
  /// One option of the line.
  struct Given {
    Option* option;         ///< in the table
    OptionText text;        ///< what the option is set to
    std::string_view word;  ///< how the line names it: --max-bytes
  };
  std::vector<Given> options;            ///< in the order of the line
  std::vector<std::string_view> others;  ///< the words that are no options, in order

  /// Sets all options. Fails at the first value that is wrong, with a message that names the option.
  [[nodiscard]] Result<void> set_all() const;
  /// Sets the option `name`, if the line has it. Fails like `set_all`.
  [[nodiscard]] Result<void> set(std::string_view name) const;
};

/// Finds the options that `words` name; no word after `--` is an option. Fails at the first word that
/// is wrong, with a message that names it and the remedy. The result refers to `words` and `table`.
[[nodiscard]] Result<CommandLine> read_command_line(std::span<const char* const> words,
                                                    OptionTable& table);

/// Sets the options that `words` name and returns the other words: read_command_line and set_all.
[[nodiscard]] Result<std::vector<std::string_view>> parse_command_line(
    std::span<const char* const> words, OptionTable& table);

/// Returns the help text: the options grouped under their headings, with their defaults, wrapped to
/// 80 columns. Secrets have no default there. A table (OptionTable::entries) is shown as it is
/// written in a file.
[[nodiscard]] std::string describe_options(const OptionTable& table);

/// Appends the words of `text` in lines of at most 80 columns, each behind `indent` spaces.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent);

}  // namespace mastic::base
