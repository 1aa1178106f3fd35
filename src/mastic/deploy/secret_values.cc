#include "mastic/deploy/secret_values.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "mastic/app/secrets.h"
#include "mastic/base/text.h"

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

/// Whether a setting holds a secret without any doubt. Only such values are looked for in other
/// texts: `keys = generic` of Python's logging, or `session.type = memory`, would blank out words that
/// a message needs.
bool is_surely_secret(const Setting& setting, const base::OptionTable* table) {
  if (const base::Option* const option = option_of(setting, table)) return option->is_secret;
  const std::string lower = base::lower_case(setting.name);
  constexpr std::string_view kParts[] = {"passw", "pwd", "secret", "token", "credential"};
  constexpr std::string_view kEndings[] = {"key", "dsn", "pass", "passphrase"};
  return std::ranges::any_of(kParts, [&](auto part) { return lower.find(part) != lower.npos; }) ||
         std::ranges::any_of(kEndings, [&](auto ending) { return lower.ends_with(ending); });
}

/// Whether to look for a secret in other texts. Words such as "false" are no secrets, although a
/// setting `use_token` may hold one.
bool is_searched(std::string_view value) {
  constexpr std::size_t kShortest = 5;
  return value.size() >= kShortest && value != "false" && value != kBlank;
}

/// Blanks the password of each URL out: "scheme://name:PASSWORD@host".
void blank_passwords_of_urls(std::string& text) {
  std::size_t at = 0;
  while ((at = text.find("://", at)) != text.npos) {
    at += 3;
    const std::size_t end = std::min(text.find_first_of("/?# \t\n'\"", at), text.size());
    const std::size_t host = text.rfind('@', end);
    const std::size_t colon = text.find(':', at);
    if (host == text.npos || host < at || colon == text.npos || colon > host) continue;
    text.replace(colon + 1, host - colon - 1, kBlank);
  }
}

}  // namespace

bool names_secret_setting(std::string_view name) {
  const std::string lower = base::lower_case(name);
  const std::string_view view(lower);
  constexpr std::string_view kEndings[] = {"dsn", "pass", "passphrase"};
  return app::names_secret(view) ||
         std::ranges::any_of(kEndings, [&](auto ending) { return view.ends_with(ending); });
}

void SecretValues::learn(const std::string& value) {
  // The longest first, in case that one secret is a part of another one.
  const auto comes_before = [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  };
  if (!is_searched(value)) return;
  const auto at = std::ranges::lower_bound(values_, value, comes_before);
  if (at == values_.end() || *at != value) values_.insert(at, value);
}

void SecretValues::learn(const Settings& settings, const base::OptionTable* table) {
  for (const Setting& setting : settings) {
    if (is_surely_secret(setting, table)) learn(setting.value);
  }
}

void SecretValues::learn(const base::OptionTable& table) {
  for (const base::Option& option : table.options()) {
    if (!option.is_secret) continue;
    for (const base::OptionText& given : option.given) learn(given.text);
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
  std::string shown(text);
  for (const std::string& secret : values_) {
    for (std::size_t at = 0; (at = shown.find(secret, at)) != shown.npos; at += kBlank.size()) {
      shown.replace(at, secret.size(), kBlank);
    }
  }
  blank_passwords_of_urls(shown);
  return shown;
}

}  // namespace mastic::deploy
