#include "mastic/deploy/secret_values.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "mastic/app/secrets.h"
#include "mastic/base/text.h"
#include "mastic/deploy/white_space.h"

namespace mastic::deploy {
namespace {

constexpr std::string_view kBlank = "***";

/// The option of `table` that a setting sets, or null.
const base::Option* option_of(const Setting& setting, const base::OptionTable* table) {
  if (table == nullptr) return nullptr;
  // OptionTable::find is not const, because it returns an Option to set.
  for (const base::Option& option : table->options()) {
    if (option.name == setting.name) return &option;
  }
  return table->aliased(setting.name);
}

bool is_secret(const Setting& setting, const base::OptionTable* table) {
  const base::Option* const option = option_of(setting, table);
  return option != nullptr ? option->is_secret : names_secret_setting(setting.name);
}

/// Whether the name leaves no doubt.
bool surely_names_secret(std::string_view name) {
  if (name.find('/') != name.npos) return false;
  const std::string lower = base::lower_case(name);
  constexpr std::string_view kParts[] = {"passw", "pwd", "secret", "token", "credential"};
  constexpr std::string_view kEndings[] = {"key", "dsn", "pass", "passphrase"};
  return std::ranges::any_of(kParts, [&](auto part) { return lower.find(part) != lower.npos; }) ||
         std::ranges::any_of(kEndings, [&](auto ending) { return lower.ends_with(ending); });
}

/// Whether a setting holds a secret without any doubt. Only such values are looked for in other
/// texts: `keys = generic` of Python's logging, or `session.type = memory`, would blank out words that
/// a message needs.
bool is_surely_secret(const Setting& setting, const base::OptionTable* table) {
  if (const base::Option* const option = option_of(setting, table)) return option->is_secret;
  return surely_names_secret(setting.name);
}

/// Whether to look for a secret in other texts. Words such as "false" are no secrets, although a
/// setting `use_token` may hold one.
bool is_searched(std::string_view value) {
  constexpr std::size_t kShortest = 5;
  return value.size() >= kShortest && value != "false" && value != kBlank;
}

/// Returns `text` with *** in place of the password of each URL: "scheme://name:PASSWORD@host".
std::string without_passwords_of_urls(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = 0; (at = text.find("://", at)) != text.npos;) {
    at += 3;
    const std::size_t end = std::min(text.find_first_of("/?# \t\n'\"", at), text.size());
    const std::string_view authority = text.substr(at, end - at);
    const std::size_t host = authority.rfind('@');
    const std::size_t colon = authority.find(':');
    if (host == authority.npos || colon > host) continue;
    out.append(text.substr(copied, at + colon + 1 - copied)).append(kBlank);
    copied = at + host;
  }
  return out.append(text.substr(copied));
}

/// Returns `text` with *** in place of what stands behind the name of a secret: "?token=SECRET",
/// "host=db password=SECRET".
std::string without_named_values(std::string_view text) {
  constexpr std::string_view kEnds = " \t\n'\"?&;,";
  constexpr std::size_t kLongestName = 64;
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = 0; (at = text.find('=', at)) != text.npos;) {
    const std::size_t least = at - std::min(at, kLongestName);
    const std::string_view before = text.substr(least, at - least);
    ++at;
    const std::size_t begin = std::max(before.find_last_of(kEnds) + 1, before.rfind('=') + 1);
    if (!surely_names_secret(before.substr(begin))) continue;
    const std::size_t end = std::min(text.find_first_of(kEnds, at), text.size());
    if (end == at) continue;
    out.append(text.substr(copied, at - copied)).append(kBlank);
    copied = at = end;
  }
  return out.append(text.substr(copied));
}

}  // namespace

bool names_secret_setting(std::string_view name) {
  const std::string lower = base::lower_case(name);
  const std::string_view view(lower);
  if (view.find('/') != view.npos) return false;
  constexpr std::string_view kEndings[] = {"dsn", "pass", "passphrase"};
  return app::names_secret(view) ||
         std::ranges::any_of(kEndings, [&](auto ending) { return view.ends_with(ending); });
}

void SecretValues::learn(const Settings& settings, const base::OptionTable* table) {
  for (const Setting& setting : settings) {
    if (!is_surely_secret(setting, table)) continue;
    learn_value(setting.value);
    // The words of a list are values of their own, which messages name one by one.
    const base::Option* const option = option_of(setting, table);
    if (option == nullptr || !option->repeatable) continue;
    for (const std::string_view word : split_words(setting.value)) learn_value(word);
  }
}

void SecretValues::learn(const base::OptionTable& table) {
  for (const base::Option& option : table.options()) {
    if (!option.is_secret) continue;
    for (const base::OptionText& given : option.given) learn_value(given.text);
  }
}

/// Remembers each line of a value, because a message may show one of them. A long line is remembered
/// in pieces, so that it takes no longer to look for.
void SecretValues::learn_value(std::string_view value) {
  constexpr std::size_t kLongest = 256;
  while (!value.empty()) {
    std::string_view line = base::take_until(value, '\n');
    for (; !line.empty(); line.remove_prefix(std::min(line.size(), kLongest))) {
      const std::string_view piece = line.substr(0, kLongest);
      if (is_searched(piece)) values_.emplace(piece);
    }
  }
}

Settings SecretValues::blank(const Settings& settings, const base::OptionTable* table) const {
  Settings shown;
  for (Setting setting : settings) {
    setting.value = is_secret(setting, table) ? std::string(kBlank) : blank(setting.value);
    shown.set(std::move(setting));
  }
  return shown;
}

std::string SecretValues::blank(std::string_view text) const {
  std::string shown;
  while (!text.empty()) {
    const std::size_t size = secret_size(text);
    shown.append(size > 0 ? kBlank : text.substr(0, 1));
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return without_named_values(without_passwords_of_urls(shown));
}

base::Origin SecretValues::blank(const base::Origin& origin) const {
  return {blank(origin.place), origin.line};
}

/// The size of the longest secret that `text` begins with, or 0.
std::size_t SecretValues::secret_size(std::string_view text) const {
  while (true) {
    // The last one that is not behind `text` in the order begins `text`, or else whatever begins it
    // is a part of what both have in common.
    const auto behind = values_.upper_bound(text);
    if (behind == values_.begin()) return 0;
    const std::string& before = *std::prev(behind);
    if (text.starts_with(before)) return before.size();
    text = text.substr(
        0, static_cast<std::size_t>(std::ranges::mismatch(text, before).in1 - text.begin()));
  }
}

}  // namespace mastic::deploy
