// Options: the settings of a part, each with its name, its default, its meaning and its text form.
//
// A part has a plain struct `Options` with a function that binds every member to a name:
//
//     struct Options {
//       /// How long an idle connection is kept open.
//       base::Duration idle_timeout = std::chrono::minutes(1);
//       void describe(base::OptionTable& table) {
//         table.duration("idle_timeout", idle_timeout, "How long an idle connection is kept open.");
//       }
//     };
//
// The command line, a section of a configuration file, the environment, the help and the reference
// page all use that one table. In Mastic itself, tools/option_help.py writes the meaning from the
// member's comment.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/address.h"
#include "mastic/base/attributes.h"
#include "mastic/base/ip_network.h"
#include "mastic/base/origin.h"
#include "mastic/base/result.h"
#include "mastic/base/units.h"

namespace mastic::base {

/// Fails when one of the counts is 0; the message names the first count that is.
[[nodiscard]] Result<void> require_some(
    std::initializer_list<std::pair<std::string_view, std::uint64_t>> counts);
/// Fails when one of the durations is zero or negative; the message names the first duration that
/// is.
[[nodiscard]] Result<void> require_time(
    std::initializer_list<std::pair<std::string_view, Duration>> lengths);

/// A text that an option was set to, and where that text was written.
struct OptionText {
  std::string name;  ///< the name that it was set by: for a table, one of its keys
  std::string text;  ///< the value as it was written
  Origin origin;     ///< where it was written; unknown for text that a program has made
};

/// One setting, bound to the variable that it sets.
struct Option {
  std::string_view name;      ///< as in a configuration file: max_header_bytes
  std::string_view argument;  ///< the placeholder of its value in the help: SIZE; empty for a flag
  std::string_view meaning;   ///< sentences; for a limit, also what happens beyond it
  std::string_view heading;   ///< the heading that the option stands under in the help
  std::string default_text;   ///< the value of the variable when it was bound
  bool repeatable = false;    ///< whether the option may be given several times: each adds a value
  bool is_secret = false;     ///< whether its text must not be shown, not even in an error
  /// For a table (OptionTable::entries), whether a name is one of its keys; empty otherwise.
  std::function<bool(std::string_view name)> takes;
  /// What the option was set to: the last text, or all texts of a repeatable option or a table.
  /// Empty while the variable holds its default.
  std::vector<OptionText> given;
  /// Parses a text into the variable. Fails with a message that says what is wrong with the text.
  std::function<Result<void>(const OptionText& text)> parse;

  /// Sets the variable and remembers the text in `given`. Fails with a message that says what is
  /// wrong with the text; the variable is then unchanged.
  [[nodiscard]] Result<void> set(OptionText text);
  /// Whether `text` replaces what a repeatable option holds, rather than being added: it does when
  /// what the option holds is its default, or comes from another place, which it overrides.
  [[nodiscard]] bool begins_with(const OptionText& text) const {
    return given.empty() || given.back().origin.place != text.origin.place;
  }
};

/// One entry of a table of options: `/docs = manual`.
struct OptionEntry {
  std::string key;    ///< the name: /docs
  std::string value;  ///< the text: manual
  Origin origin;      ///< where the entry was written
};

/// The options of one or several parts. The table keeps references to the bound variables and views
/// of the texts that it is given, which are usually literals. The variables and the texts must
/// outlive the table.
class OptionTable {
 public:
  /// Begins a group: options bound from now on come under `heading` in the help.
  void group(std::string_view heading) { heading_ = heading; }

  // Each of these functions binds one variable to a name. The value that the variable holds during
  // the call is the default.

  /// Binds a number of bytes (units.h).
  void size(std::string_view name, std::uint64_t& bytes, std::string_view meaning);
  /// Binds a whole number from 0 on.
  void count(std::string_view name, std::uint64_t& number, std::string_view meaning);
  /// Binds a whole number that may be negative.
  void integer(std::string_view name, std::int64_t& number, std::string_view meaning);
  /// Binds a number with decimals, such as 0.25 or 1e-3; neither infinity nor NaN.
  void real(std::string_view name, double& number, std::string_view meaning);
  /// Binds a length of time (units.h).
  void duration(std::string_view name, Duration& length, std::string_view meaning);
  /// Binds a flag: on, yes, true or 1, or off, no, false or 0.
  void flag(std::string_view name, bool& on, std::string_view meaning);
  /// Binds a path. A relative path in a file is relative to the folder of that file; an empty path
  /// and `-` are left as they are.
  void path(std::string_view name, std::string& value, std::string_view argument,
            std::string_view meaning);
  /// Binds a text that is never shown, such as a password or a key.
  void secret(std::string_view name, std::string& value, std::string_view argument,
              std::string_view meaning);
  /// Binds any text.
  void text(std::string_view name, std::string& value, std::string_view argument,
            std::string_view meaning);
  /// Binds a list of texts. The option may be set several times: each time adds one text, and the
  /// first time also removes the default. So does the first time from another place.
  void list(std::string_view name, std::vector<std::string>& values, std::string_view argument,
            std::string_view meaning);
  /// Binds a list of addresses (Address::parse), which is set like a list of texts (`list`).
  void addresses(std::string_view name, std::vector<Address>& values, std::string_view meaning);
  /// Binds a list of networks (IpNetwork::parse), which is set like a list of texts (`list`).
  void networks(std::string_view name, std::vector<IpNetwork>& values, std::string_view meaning);
  /// Binds a list of values that only `add` can read; it is set like a list of texts (`list`). `add`
  /// removes the values so far if `begins`, and adds the one that `text` means; when it fails, it
  /// changes nothing. `default_text` shows the values that there are, separated by spaces.
  void values(std::string_view name, std::string default_text, std::string_view argument,
              std::function<Result<void>(std::string_view text, bool begins)> add,
              std::string_view meaning);
  /// Binds an enumeration, written as one of a few words. `argument` shows the words in the help:
  /// (auto|io_uring|syscall).
  template <class Enum>
  void choice(std::string_view name, Enum& value, std::string_view argument,
              std::vector<std::pair<std::string_view, Enum>> words, std::string_view meaning);

  /// Binds a table: every name for which `takes` returns true is a key of it. Its `name` describes the
  /// keys in the help: "/PATH", "404". Options with a name of their own come first. The entries are
  /// in the order in which they were set; an entry that is set again keeps its place. Only a file
  /// can set them: neither the command line nor the environment has names of this form.
  void entries(std::string_view name, std::vector<OptionEntry>& entries, std::string_view argument,
               std::function<bool(std::string_view)> takes, std::string_view meaning);

  /// Makes `other` another name for the option `name`, such as the name that another server uses;
  /// the help does not list it. `unit` is appended to a value that is a bare number.
  void alias(std::string_view other, std::string_view name, std::string_view unit = {}) {
    aliases_.push_back({other, name, unit});
  }

  /// Lets a file set `other`, an option of another program that means nothing here, so that files
  /// for that program can be used. `why` ends a warning: "other has no effect: there is one thread
  /// for each core". Neither the command line nor the environment can set it.
  void ignore(std::string_view other, std::string_view why) { ignored_.emplace_back(other, why); }
  /// Why the option `other` is ignored, or nothing if it is not.
  [[nodiscard]] std::optional<std::string_view> why_ignored(std::string_view other) const;

  /// Sets the option `name` from its text form. Fails with a message that names the option, what is
  /// wrong and, for an unknown name, the nearest known one. `origin` is where the text was written.
  [[nodiscard]] Result<void> set(std::string_view name, std::string_view text,
                                 const Origin& origin = {});

  /// The option with this name or alias, or the table that has this key, or null. The option lives
  /// as long as the OptionTable.
  [[nodiscard]] Option* find(std::string_view name) MASTIC_LIFETIMEBOUND;
  /// The option that `other` is another name for, or null if it is not another name.
  [[nodiscard]] const Option* aliased(std::string_view other) const MASTIC_LIFETIMEBOUND;
  /// The options, in the order in which they were bound.
  [[nodiscard]] const std::deque<Option>& options() const MASTIC_LIFETIMEBOUND { return options_; }

 private:
  Option& add(std::string_view name, std::string_view argument, std::string_view meaning);
  template <class Value>
  void parsed_list(std::string_view name, std::vector<Value>& values, std::string_view argument,
                   std::string_view meaning);
  static Result<std::size_t> index_of(std::string_view word,
                                      const std::vector<std::string_view>& words);

  struct Alias {
    std::string_view other;
    std::string_view name;
    std::string_view unit;
  };

  std::deque<Option> options_;  ///< not a vector, so that pointers from `find` stay valid
  std::vector<Alias> aliases_;
  std::vector<std::pair<std::string_view, std::string_view>> ignored_;  ///< names, and why
  std::string_view heading_;
};

template <class Enum>
void OptionTable::choice(std::string_view name, Enum& value, std::string_view argument,
                         std::vector<std::pair<std::string_view, Enum>> words,
                         std::string_view meaning) {
  Option& option = add(name, argument, meaning);
  std::vector<std::string_view> names;
  for (const auto& [word, choice] : words) {
    names.push_back(word);
    if (choice == value) option.default_text = word;
  }
  option.parse = [&value, names, words = std::move(words)](const OptionText& text) -> Result<void> {
    const auto index = index_of(text.text, names);
    if (!index) return std::unexpected(index.error());
    value = words[*index].second;
    return {};
  };
}

}  // namespace mastic::base
