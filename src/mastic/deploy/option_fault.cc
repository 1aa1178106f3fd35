#include "mastic/deploy/option_fault.h"

#include "mastic/deploy/value_hint.h"

namespace mastic::deploy {
namespace {

/// Whether `why` begins with a name, which may stand in quotes, and not with a longer name.
bool begins_with_name(std::string_view why, std::string_view name) {
  if (why.starts_with('\'')) why.remove_prefix(1);
  if (name.empty() || !why.starts_with(name)) return false;
  why.remove_prefix(name.size());
  return why.empty() || why.front() == ':' || why.front() == '\'' || why.front() == ' ';
}

/// Says that an option which the part does not give is a global setting.
std::string global_hint(const Part& part, std::string_view name) {
  const Setting* const global = part.global.find(name);
  if (global == nullptr || !global->origin.is_known()) return {};
  std::string hint("; the '");
  hint.append(name).append("' of ").append(global->origin.to_string());
  hint.append(" is a global setting, which sets no option: write it in ");
  hint.append(part.section.empty() ? "the section of the part" : "[" + part.section + "]");
  return hint.append(", perhaps as 'get ").append(name).append(" = ").append(name).append("'");
}

}  // namespace

OptionFault find_fault(const Part& part, const base::OptionTable& table, std::string_view why) {
  for (const base::Option& option : table.options()) {
    for (const base::OptionText& given : option.given) {
      // In a table, such as that of a URL map, each key has a line of its own.
      if (!begins_with_name(why, option.takes ? std::string_view(given.name) : option.name))
        continue;
      return {given.origin, std::string(why) + value_hint(given.text)};
    }
    if (option.takes || !option.given.empty() || !begins_with_name(why, option.name)) continue;
    return {part.origin, std::string(why) + global_hint(part, option.name)};
  }
  return {part.origin, std::string(why)};
}

}  // namespace mastic::deploy
