#include "mastic/base/command_line.h"

#include <algorithm>
#include <optional>

#include "mastic/base/text.h"

namespace mastic::base {
namespace {

/// `name` with `to` in place of every `from`: what a table calls max_bytes is --max-bytes here.
std::string swapped(std::string_view name, char from, char to) {
  std::string out(name);
  std::ranges::replace(out, from, to);
  return out;
}

bool is_on_by_default(const Option& option) {
  return option.argument.empty() && option.default_text == "on";
}

/// How the option is written on a command line. A flag that is on by default is written in the form
/// that turns it off, because only that form has an effect.
std::string spelt(const Option& option) {
  return (is_on_by_default(option) ? "--no-" : "--") + swapped(option.name, '_', '-');
}

/// Whether `word` is the short form of an option, such as -n, which is an alias of one letter.
bool is_short(std::string_view word, const OptionTable& table) {
  return word.size() == 2 && word.starts_with('-') && table.aliased(word.substr(1)) != nullptr;
}

/// Why `word` is no option, and what to write instead, as exactly as the table knows it.
std::unexpected<Error> unknown_option(std::string_view word, const OptionTable& table) {
  // A word may be all dashes.
  const std::size_t dashes = std::min(word.find_first_not_of('-'), word.size());
  const std::string_view key = word.substr(dashes);
  if (const auto why = table.why_ignored(swapped(key, '-', '_'))) {
    return fail("there is no option ", word, "; ", *why);
  }
  std::vector<std::string> names;
  for (const Option& option : table.options()) {
    if (!option.takes) names.push_back(spelt(option));
  }
  const auto meant = nearest(word, names);
  if (meant) return fail("there is no option ", word, "; did you mean ", *meant, "?");
  for (const Option& option : table.options()) {
    if (!option.takes || !option.takes(key)) continue;
    return fail(word, " can be given only in a file: ", key, " = ", option.argument);
  }
  return fail("there is no option ", word, "; --help lists them");
}

}  // namespace

Result<void> CommandLine::set_all() const {
  for (const Given& given : options) {
    if (const auto done = given.option->set(given.text); !done) {
      return fail(given.word, ": ", done.error().message);
    }
  }
  return {};
}

Result<void> CommandLine::set(std::string_view name) const {
  // All places where the option is given, because each of them adds to a list.
  CommandLine only;
  for (const Given& given : options) {
    if (given.option->name == name) only.options.push_back(given);
  }
  return only.set_all();
}

Result<CommandLine> read_command_line(std::span<const char* const> words, OptionTable& table) {
  CommandLine line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view value = words[i];
    if (value == "--") {
      line.others.insert(line.others.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                         words.end());
      break;
    }
    const bool short_form = is_short(value, table);
    if (!value.starts_with("--") && !short_form) {
      // A single "-" is a word, which usually means standard input or output. Anything else behind
      // one dash is wrong, also several short options at once.
      if (value.starts_with('-') && value.size() > 1) return unknown_option(value, table);
      line.others.push_back(value);
      continue;
    }
    const bool joined = value.find('=') != value.npos;
    const std::string_view word = take_until(value, '=');  // leaves what follows "=" in `value`
    Option* option = table.find(swapped(word.substr(short_form ? 1 : 2), '-', '_'));
    // Looked up unchanged first, so that the name of an option may begin with no_.
    if (option == nullptr && word.starts_with("--no-")) {
      Option* const flag = table.find(swapped(word.substr(5), '-', '_'));
      if (flag != nullptr && flag->argument.empty()) {
        if (joined) return fail(word, " takes no value; write ", word, " alone");
        option = flag;
        value = "off";
      }
    }
    // The keys of a table are left to files: `--/docs` would be read as the name of an option.
    if (option == nullptr || option->takes) return unknown_option(word, table);
    // A flag alone means on; `value` is "off" already after --no-.
    if (!joined && option->argument.empty() && value.empty()) value = "on";
    if (!joined && !option->argument.empty()) {
      if (++i == words.size()) return fail(word, " needs a value: ", word, " ", option->argument);
      value = words[i];
    }
    OptionText text{std::string(option->name), std::string(value), {"the command line"}};
    line.options.push_back({option, std::move(text), word});
  }
  return line;
}

Result<std::vector<std::string_view>> parse_command_line(std::span<const char* const> words,
                                                         OptionTable& table) {
  auto line = read_command_line(words, table);
  if (!line) return std::unexpected(line.error());
  if (auto done = line->set_all(); !done) return std::unexpected(done.error());
  return std::move(line->others);
}

std::string describe_options(const OptionTable& table) {
  constexpr std::size_t kIndent = 6;
  std::string out;
  std::optional<std::string_view> heading;  // not set yet, so that the first one is written, too
  for (const Option& option : table.options()) {
    if (heading != option.heading) {
      heading = option.heading;
      out.append(out.empty() ? "" : "\n").append(*heading).append(":\n");
    }
    if (option.takes) {
      out.append("  ").append(option.name).append(" = ").append(option.argument);
      out.append("  (only in a file)\n");
      append_wrapped(out, option.meaning, kIndent);
      continue;
    }
    const bool is_on = is_on_by_default(option);
    const bool is_flag = option.argument.empty();
    out.append(is_on ? "  --[no-]" : "  --").append(swapped(option.name, '_', '-'));
    if (!is_flag) out.append(" ").append(option.argument);
    // That a flag is off by default goes without saying.
    if (is_on || (!is_flag && !option.default_text.empty())) {
      out.append("  [").append(option.default_text).append("]");
    }
    out.append("\n");
    append_wrapped(out, option.meaning, kIndent);
  }
  return out;
}

void append_wrapped(std::string& out, std::string_view text, std::size_t indent) {
  constexpr std::size_t kColumns = 80;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = take_until(text, ' ');
    const bool fits = column > 0 && column + 1 + word.size() <= kColumns;
    if (column > 0) out.append(fits ? " " : "\n");
    if (!fits) out.append(indent, ' ');
    out.append(word);
    column = (fits ? column + 1 : indent) + word.size();
  }
  out += '\n';
}

}  // namespace mastic::base
