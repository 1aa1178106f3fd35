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
// The command line, the configuration file, the help and the reference page all read that one
// table. In Mastic itself, tools/option_help.py writes the meaning from the member's comment.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/address.h"
#include "mastic/base/attributes.h"
#include "mastic/base/ip_network.h"
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

/// One setting, bound to the variable that it sets.
struct Option {
  std::string_view name;      ///< as in a configuration file: max_header_bytes
  std::string_view argument;  ///< the placeholder of its value in the help: SIZE; empty for a flag
  std::string_view meaning;   ///< sentences; for a limit, also what happens beyond it
  std::string_view heading;   ///< the heading that the option stands under in the help
  std::string default_text;   ///< the value of the variable when it was bound
  bool repeatable = false;    ///< whether the option may be given several times
  /// Sets the variable from text. Fails with a message that says what is wrong with the text.
  std::function<Result<void>(std::string_view text)> set;
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
  /// Binds a length of time (units.h).
  void duration(std::string_view name, Duration& length, std::string_view meaning);
  /// Binds a flag: on, yes, true or 1, or off, no, false or 0.
  void flag(std::string_view name, bool& on, std::string_view meaning);
  /// Binds any text.
  void text(std::string_view name, std::string& value, std::string_view argument,
            std::string_view meaning);
  /// Binds a list of texts. The option may be set several times: each time adds one text, and the
  /// first time also removes the default.
  void list(std::string_view name, std::vector<std::string>& values, std::string_view argument,
            std::string_view meaning);
  /// Binds a list of addresses (Address::parse), which is set like a list of texts (`list`).
  void addresses(std::string_view name, std::vector<Address>& values, std::string_view meaning);
  /// Binds a list of networks (IpNetwork::parse), which is set like a list of texts (`list`).
  void networks(std::string_view name, std::vector<IpNetwork>& values, std::string_view meaning);
  /// Binds an enumeration, written as one of a few words. `argument` shows the words in the help:
  /// (auto|io_uring|syscall).
  template <class Enum>
  void choice(std::string_view name, Enum& value, std::string_view argument,
              std::vector<std::pair<std::string_view, Enum>> words, std::string_view meaning);

  /// Makes `other` another name for the option `name`, such as the name that another server uses;
  /// the help does not list it. `unit` is appended to a value that is a bare number.
  void alias(std::string_view other, std::string_view name, std::string_view unit = {}) {
    aliases_.push_back({other, name, unit});
  }

  /// Sets the option `name` from its text form. Fails with a message that names the option, what is
  /// wrong and, for an unknown name, the nearest known one.
  [[nodiscard]] Result<void> set(std::string_view name, std::string_view text);

  /// The option with this name or alias, or null. The option lives as long as the table.
  [[nodiscard]] const Option* find(std::string_view name) const MASTIC_LIFETIMEBOUND;
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
  option.set = [&value, names, words = std::move(words)](std::string_view text) -> Result<void> {
    const auto index = index_of(text, names);
    if (!index) return std::unexpected(index.error());
    value = words[*index].second;
    return {};
  };
}

}  // namespace mastic::base
