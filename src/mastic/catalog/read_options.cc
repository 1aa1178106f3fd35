#include "mastic/catalog/read_options.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "mastic/base/text.h"
#include "mastic/deploy/set_options.h"

namespace mastic::catalog {
namespace {

std::string upper_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

/// The value of the variable `name`, or nothing.
std::optional<std::string> value_of(std::string_view name,
                                    const std::vector<std::string>& environment) {
  for (const std::string_view variable : environment) {
    std::string_view value = variable;
    if (base::take_until(value, '=') == name) return std::string(value);
  }
  return std::nullopt;
}

base::Origin origin_of(std::string_view variable) {
  return {std::string(variable) + " in the environment"};
}

void read_environment(base::OptionTable& table, const OptionSources& sources,
                      deploy::Diagnostics& diagnostics) {
  std::vector<std::string> known;
  deploy::Settings settings;
  for (const base::Option& option : table.options()) {
    if (option.takes) continue;  // a table, whose keys are no names of variables
    const std::string& name = known.emplace_back(sources.prefix + upper_case(option.name));
    // An empty variable is one that is not set, as for NO_COLOR: it is what a script passes on when
    // it was given nothing.
    const auto value = value_of(name, sources.environment);
    if (value && !value->empty()) {
      settings.set({std::string(option.name), *value, origin_of(name)});
    }
  }
  deploy::set_options(settings, table, diagnostics);
  if (known.empty()) return;
  for (std::string_view variable : sources.environment) {
    const std::string_view name = base::take_until(variable, '=');
    if (!name.starts_with(sources.prefix) || std::ranges::find(known, name) != known.end())
      continue;
    const auto meant = base::nearest(upper_case(name), known);
    diagnostics.warn(origin_of(name),
                     meant ? "there is no such option; did you mean " + std::string(*meant) + "?"
                           : "there is no such option, so it has no effect");
  }
}

}  // namespace

std::vector<std::string> process_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  return variables;
}

deploy::Diagnostics read_options_into(base::OptionTable& table, const OptionSources& sources) {
  deploy::Diagnostics diagnostics;
  read_environment(table, sources, diagnostics);
  return diagnostics;
}

}  // namespace mastic::catalog
