#include "mastic/deploy/set_options.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "mastic/deploy/value_hint.h"

namespace mastic::deploy {
namespace {

// Values of a list are compared with one another. More of them than this were made by a program, and
// would take long.
constexpr std::size_t kMaxValues = 1'000;

}  // namespace

bool set_options(const Settings& settings, base::OptionTable& table, Diagnostics& diagnostics) {
  bool all_right = true;
  const auto set = [&](const Setting& setting, std::string_view text) {
    const auto done = table.set(setting.name, text, setting.origin);
    if (done) return;
    // Elsewhere, as in the environment, values have other rules.
    const bool is_in_file = setting.origin.line != 0;
    diagnostics.error(setting.origin,
                      done.error().message + (is_in_file ? value_hint(setting.value) : ""));
    all_right = false;
  };
  for (const Setting& setting : settings) {
    if (diagnostics.is_full()) return false;
    if (const auto why = table.why_ignored(setting.name)) {
      diagnostics.warn(setting.origin, setting.name + " has no effect: " + std::string(*why));
      continue;
    }
    if (const base::Option* const meant = table.aliased(setting.name)) {
      diagnostics.note(setting.origin,
                       setting.name + " is another name for " + std::string(meant->name));
    }
    const base::Option* const option = table.find(setting.name);
    if (option == nullptr || !option->repeatable) {
      set(setting, setting.value);
      continue;
    }
    constexpr std::string_view kSpace = " \t\n\r";
    std::string_view rest = setting.value;
    std::size_t count = 0;
    for (std::size_t begin; (begin = rest.find_first_not_of(kSpace)) != rest.npos;) {
      if (++count > kMaxValues) {
        diagnostics.error(setting.origin, setting.name + ": has more than " +
                                              std::to_string(kMaxValues) +
                                              " values, which is the most that it may have");
        all_right = false;
        break;
      }
      rest.remove_prefix(begin);
      const std::size_t end = std::min(rest.find_first_of(kSpace), rest.size());
      set(setting, rest.substr(0, end));
      rest.remove_prefix(end);
    }
  }
  return all_right;
}

}  // namespace mastic::deploy
