#include "mastic/base/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "mastic/base/text.h"

namespace mastic::base {
namespace {

Result<void> set_flag(bool& on, std::string_view text) {
  // The words that PasteDeploy's asbool takes, in any case.
  constexpr std::string_view kYes[] = {"true", "yes", "on", "y", "t", "1"};
  constexpr std::string_view kNo[] = {"false", "no", "off", "n", "f", "0"};
  const std::string word = lower_case(text);
  const bool yes = std::ranges::find(kYes, word) != std::end(kYes);
  if (!yes && std::ranges::find(kNo, word) == std::end(kNo)) {
    return fail("'", text, "' is neither on nor off");
  }
  on = yes;
  return {};
}

}  // namespace

Result<void> require_some(
    std::initializer_list<std::pair<std::string_view, std::uint64_t>> counts) {
  for (const auto& [name, count] : counts) {
    if (count == 0) return fail(name, " must be at least 1");
  }
  return {};
}

Result<void> require_time(std::initializer_list<std::pair<std::string_view, Duration>> lengths) {
  for (const auto& [name, length] : lengths) {
    if (length <= Duration::zero()) return fail(name, " must be longer than zero");
  }
  return {};
}

Result<void> Option::set(OptionText text) {
  // Parsed first, while `given` still tells what the variable holds: a list asks it whether this text
  // begins a new one (begins_with). A text that is wrong changes neither.
  if (auto done = parse(text); !done) return done;
  if (takes) {  // a table holds one text for each of its keys
    std::erase_if(given, [&](const OptionText& before) { return before.name == text.name; });
  } else if (!repeatable || begins_with(text)) {
    given.clear();
  }
  given.push_back(std::move(text));
  return {};
}

Option& OptionTable::add(std::string_view name, std::string_view argument,
                         std::string_view meaning) {
  Option option;
  option.name = name;
  option.argument = argument;
  option.meaning = meaning;
  option.heading = heading_;
  return options_.emplace_back(std::move(option));
}

void OptionTable::size(std::string_view name, std::uint64_t& bytes, std::string_view meaning) {
  Option& option = add(name, "SIZE", meaning);
  option.default_text = format_size(bytes);
  option.parse = [&bytes](const OptionText& text) -> Result<void> {
    const auto parsed = parse_size(text.text);
    if (!parsed) return std::unexpected(parsed.error());
    bytes = *parsed;
    return {};
  };
}

void OptionTable::count(std::string_view name, std::uint64_t& number, std::string_view meaning) {
  Option& option = add(name, "N", meaning);
  option.default_text = std::to_string(number);
  option.parse = [&number](const OptionText& text) -> Result<void> {
    const auto parsed = parse_decimal(text.text);
    if (!parsed) return fail("'", text.text, "' is not a whole number from 0 on");
    number = *parsed;
    return {};
  };
}

void OptionTable::integer(std::string_view name, std::int64_t& number, std::string_view meaning) {
  Option& option = add(name, "N", meaning);
  option.default_text = std::to_string(number);
  option.parse = [&number](const OptionText& text) -> Result<void> {
    const auto parsed = parse_integer(text.text);
    if (!parsed) return fail("'", text.text, "' is not a whole number");
    number = *parsed;
    return {};
  };
}

void OptionTable::real(std::string_view name, double& number, std::string_view meaning) {
  Option& option = add(name, "NUMBER", meaning);
  // The fewest digits that read back to the same number; the longest double has 24 characters.
  std::array<char, 32> digits;
  option.default_text.assign(
      digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
  option.parse = [&number](const OptionText& text) -> Result<void> {
    const char* const end = text.text.data() + text.text.size();
    double parsed = 0;
    const auto [stop, fault] = std::from_chars(text.text.data(), end, parsed);
    if (fault != std::errc() || stop != end || !std::isfinite(parsed)) {
      return fail("'", text.text, "' is not a number; write one such as 12, 0.25 or 1e-3");
    }
    number = parsed;
    return {};
  };
}

void OptionTable::duration(std::string_view name, Duration& length, std::string_view meaning) {
  Option& option = add(name, "TIME", meaning);
  option.default_text = format_duration(length);
  option.parse = [&length](const OptionText& text) -> Result<void> {
    const auto parsed = parse_duration(text.text);
    if (!parsed) return std::unexpected(parsed.error());
    length = *parsed;
    return {};
  };
}

void OptionTable::flag(std::string_view name, bool& on, std::string_view meaning) {
  Option& option = add(name, "", meaning);
  option.default_text = on ? "on" : "off";
  option.parse = [&on](const OptionText& text) { return set_flag(on, text.text); };
}

void OptionTable::text(std::string_view name, std::string& value, std::string_view argument,
                       std::string_view meaning) {
  Option& option = add(name, argument, meaning);
  option.default_text = value;
  option.parse = [&value](const OptionText& text) -> Result<void> {
    value = text.text;
    return {};
  };
}

void OptionTable::path(std::string_view name, std::string& value, std::string_view argument,
                       std::string_view meaning) {
  Option& option = add(name, argument, meaning);
  option.default_text = value;
  option.parse = [&value](const OptionText& text) -> Result<void> {
    value = text.text;
    // Only what is written in a file has a line; a path on the command line is relative to the
    // working directory, as everywhere. rfind() + 1 is 0 for a file without a folder.
    const std::size_t folder = text.origin.place.rfind('/') + 1;
    const bool stays = value.empty() || value == "-" || value.starts_with('/');
    if (text.origin.line > 0 && !stays) value.insert(0, text.origin.place, 0, folder);
    return {};
  };
}

void OptionTable::secret(std::string_view name, std::string& value, std::string_view argument,
                         std::string_view meaning) {
  Option& option = add(name, argument, meaning);
  option.is_secret = true;
  option.parse = [&value](const OptionText& text) -> Result<void> {
    value = text.text;
    return {};
  };
}

void OptionTable::entries(std::string_view name, std::vector<OptionEntry>& entries,
                          std::string_view argument, std::function<bool(std::string_view)> takes,
                          std::string_view meaning) {
  Option& option = add(name, argument, meaning);
  option.takes = std::move(takes);
  option.parse = [&entries](const OptionText& text) -> Result<void> {
    // A key that is set again keeps its place, because the order may matter (response_fields).
    const auto set_before = std::ranges::find(entries, text.name, &OptionEntry::key);
    OptionEntry entry{text.name, text.text, text.origin};
    if (set_before == entries.end())
      entries.push_back(std::move(entry));
    else
      *set_before = std::move(entry);
    return {};
  };
}

void OptionTable::list(std::string_view name, std::vector<std::string>& values,
                       std::string_view argument, std::string_view meaning) {
  Option& option = add(name, argument, meaning);
  option.repeatable = true;
  for (const std::string& value : values) {
    option.default_text += (option.default_text.empty() ? "" : " ") + value;
  }
  // The parser may refer to `option`, because options_ never moves one.
  option.parse = [&values, &option](const OptionText& text) -> Result<void> {
    if (option.begins_with(text)) values.clear();
    values.push_back(text.text);
    return {};
  };
}

template <class Value>
void OptionTable::parsed_list(std::string_view name, std::vector<Value>& values,
                              std::string_view argument, std::string_view meaning) {
  Option& option = add(name, argument, meaning);
  option.repeatable = true;
  for (const Value& value : values) {
    option.default_text += (option.default_text.empty() ? "" : " ") + value.to_string();
  }
  option.parse = [&values, &option](const OptionText& text) -> Result<void> {
    // Parsed before the default goes, so that a wrong value changes nothing.
    auto value = Value::parse(text.text);
    if (!value) return std::unexpected(value.error());
    if (option.begins_with(text)) values.clear();
    values.push_back(*std::move(value));
    return {};
  };
}

void OptionTable::addresses(std::string_view name, std::vector<Address>& values,
                            std::string_view meaning) {
  parsed_list(name, values, "ADDRESS", meaning);
}

void OptionTable::networks(std::string_view name, std::vector<IpNetwork>& values,
                           std::string_view meaning) {
  parsed_list(name, values, "NETWORK", meaning);
}

void OptionTable::values(std::string_view name, std::string default_text, std::string_view argument,
                         std::function<Result<void>(std::string_view, bool)> add_value,
                         std::string_view meaning) {
  Option& option = add(name, argument, meaning);
  option.repeatable = true;
  option.default_text = std::move(default_text);
  option.parse = [&option, add_value = std::move(add_value)](const OptionText& text) {
    return add_value(text.text, option.begins_with(text));
  };
}

std::optional<std::string_view> OptionTable::why_ignored(std::string_view other) const {
  for (const auto& [name, why] : ignored_) {
    if (name == other) return why;
  }
  return std::nullopt;
}

Result<void> OptionTable::set(std::string_view name, std::string_view text, const Origin& origin) {
  // An alias is the name in another program, where a bare number has a fixed unit. The unit is added
  // here; a value that has a unit is taken as it is.
  const auto alias = std::ranges::find(aliases_, name, &Alias::other);
  if (alias != aliases_.end()) {
    const bool is_bare = parse_decimal(text).has_value();
    return set(alias->name, is_bare ? std::string(text).append(alias->unit) : std::string(text),
               origin);
  }
  Option* const option = find(name);
  if (option == nullptr) {
    std::vector<std::string_view> names;
    for (const Option& known : options_) names.push_back(known.name);
    const auto meant = nearest(name, names);
    if (meant) return fail("there is no option '", name, "'; did you mean '", *meant, "'?");
    // The name is no slip; perhaps the author did not know what the keys of a table look like.
    for (const Option& table : options_) {
      if (!table.takes) continue;
      return fail("there is no option '", name, "'; other settings here are written '", table.name,
                  " = ", table.argument, "'");
    }
    return fail("there is no option '", name, "'");
  }
  auto done = option->set({std::string(name), std::string(text), origin});
  if (!done) return fail(name, ": ", done.error().message);
  return done;
}

Option* OptionTable::find(std::string_view name) {
  const auto alias = std::ranges::find(aliases_, name, &Alias::other);
  if (alias != aliases_.end()) return find(alias->name);
  // Names first: a table may take any key, also one that is the name of an option.
  const auto found = std::ranges::find_if(
      options_, [&](const Option& option) { return !option.takes && option.name == name; });
  if (found != options_.end()) return &*found;
  const auto table = std::ranges::find_if(
      options_, [&](const Option& option) { return option.takes && option.takes(name); });
  return table == options_.end() ? nullptr : &*table;
}

const Option* OptionTable::aliased(std::string_view other) const {
  const auto alias = std::ranges::find(aliases_, other, &Alias::other);
  if (alias == aliases_.end()) return nullptr;
  const auto found = std::ranges::find(options_, alias->name, &Option::name);
  return found == options_.end() ? nullptr : &*found;
}

Result<std::size_t> OptionTable::index_of(std::string_view word,
                                          const std::vector<std::string_view>& words) {
  const auto found = std::ranges::find(words, word);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string listed;
  for (const std::string_view known : words) {
    listed.append(listed.empty() ? "" : ", ").append(known);
  }
  return fail("'", word, "' is not one of ", listed);
}

}  // namespace mastic::base
