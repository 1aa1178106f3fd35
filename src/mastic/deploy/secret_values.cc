#include "mastic/deploy/secret_values.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "mastic/app/secrets.h"
#include "mastic/base/text.h"

namespace mastic::deploy {
namespace {

constexpr std::string_view kBlank = "***";

bool is_secret(const Setting& setting, const base::OptionTable* table) {
  if (table != nullptr) {
    // OptionTable::find is not const, because it returns an Option to set.
    for (const base::Option& option : table->options()) {
      if (option.name == setting.name) return option.is_secret;
    }
    if (const base::Option* const option = table->aliased(setting.name)) return option->is_secret;
  }
  return names_secret_setting(setting.name);
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

void SecretValues::learn(const Settings& settings, const base::OptionTable* table) {
  for (const Setting& setting : settings) {
    if (!is_searched(setting.value) || !is_secret(setting, table)) continue;
    if (std::ranges::find(values_, setting.value) == values_.end()) {
      values_.push_back(setting.value);
    }
  }
  // The longest first, in case that one secret is a part of another one.
  std::ranges::sort(values_, [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
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
