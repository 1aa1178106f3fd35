#include "mastic/catalog/read_options.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "mastic/base/kernel.h"
#include "mastic/base/text.h"
#include "mastic/deploy/loader.h"
#include "mastic/deploy/part.h"
#include "mastic/deploy/secret_values.h"
#include "mastic/deploy/set_options.h"
#include "mastic/deploy/uri.h"

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

void read_environment(base::OptionTable& table, base::OptionTable* server,
                      const OptionSources& sources, deploy::Diagnostics& diagnostics) {
  std::vector<std::string> known;  // without the prefix, which would make all names alike
  deploy::Settings settings;
  for (const base::Option& option : table.options()) {
    if (option.takes) continue;  // a table, whose keys are no names of variables
    const std::string name = sources.prefix + known.emplace_back(upper_case(option.name));
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
    if (!name.starts_with(sources.prefix)) continue;
    const std::string_view option = name.substr(sources.prefix.size());
    if (std::ranges::find(known, option) != known.end()) continue;
    if (server != nullptr && server->find(base::lower_case(option)) != nullptr) {
      diagnostics.warn(origin_of(name),
                       "options of the server are not read from the environment, so it has no "
                       "effect; use the command line, or [server:main] of a file");
      continue;
    }
    const auto meant = base::nearest(upper_case(option), known);
    diagnostics.warn(origin_of(name), meant ? "there is no such option; did you mean " +
                                                  sources.prefix + std::string(*meant) + "?"
                                            : "there is no such option, so it has no effect");
  }
}

/// The path of the file and the name of its section, from "shop.ini#NAME". Without a name, it is
/// `main`.
std::pair<std::string, std::string> split_config(const std::string& config) {
  std::error_code fault;
  const std::size_t mark = config.rfind('#');
  // A path may have a '#' itself.
  if (mark == config.npos || std::filesystem::exists(config, fault)) return {config, "main"};
  return {config.substr(0, mark), config.substr(mark + 1)};
}

/// A section of the file that only sets options.
struct OptionSection {
  deploy::PartKind kind;
  const char* factory;        ///< what such a section is made by: nothing that makes anything
  base::OptionTable* table;   ///< what the section sets
  base::OptionTable* other;   ///< what the other section of the file sets; may be null
  const char* other_section;  ///< that section, for people
};

void read_section(const OptionSection& section, deploy::Loader& loader, const std::string& uri,
                  deploy::Diagnostics& diagnostics) {
  const auto part = loader.load(section.kind, uri);
  if (part == nullptr) return;
  const std::string expected = "mastic#" + std::string(section.factory);
  if (part->form != deploy::Part::Form::Made || part->factory.to_string() != expected) {
    const base::Origin& use = part->factory.origin;
    diagnostics.error(use.is_known() ? use : part->origin,
                      "[" + part->section + "] may only have options here, because this program " +
                          "makes the " + std::string(to_string(section.kind)) +
                          " itself; `mastic serve` serves a site that a file describes");
    return;
  }
  deploy::Settings settings;
  for (const deploy::Setting& setting : part->local) {
    const bool is_known = section.table->find(setting.name) != nullptr;
    if (!is_known && section.other != nullptr && section.other->find(setting.name) != nullptr) {
      diagnostics.error(setting.origin,
                        "'" + setting.name + "' belongs in " + section.other_section);
    } else {
      settings.set(setting);
    }
  }
  deploy::set_options(settings, *section.table, diagnostics);
}

void read_file(base::OptionTable& table, base::OptionTable* server, const OptionSources& sources,
               deploy::Diagnostics& diagnostics, deploy::SecretValues& secrets) {
  deploy::LoadOptions options;
  options.environment = [&](const std::string& name) {
    return value_of(name, sources.environment);
  };
  const OptionSection app{deploy::PartKind::App, "program", &table, server, "[server:main]"};
  const OptionSection serving{deploy::PartKind::Server, "server", server, &table, "[app:main]"};
  options.default_factories = {{app.kind, app.factory}, {serving.kind, serving.factory}};
  deploy::Loader loader(diagnostics, std::move(options), base::system_kernel());

  const auto [path, name] = split_config(sources.config);
  const std::string uri = deploy::config_uri(path, name);
  const std::string server_uri = deploy::config_uri(path, "main");
  const bool has_server = server != nullptr && loader.has(serving.kind, server_uri);
  // Loaded even if it is missing, so that this is reported, unless the file has other options.
  if (!has_server || name != "main" || loader.has(app.kind, uri)) {
    read_section(app, loader, uri, diagnostics);
  }
  if (has_server) read_section(serving, loader, server_uri, diagnostics);
  loader.warn_of_unused_sections();
  loader.teach(secrets);
}

}  // namespace

std::vector<std::string> process_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  return variables;
}

deploy::Diagnostics read_options_into(base::OptionTable& table, const OptionSources& sources,
                                      base::OptionTable* server) {
  deploy::Diagnostics diagnostics;
  deploy::SecretValues secrets;
  if (!sources.config.empty()) {
    read_file(table, server, sources, diagnostics, secrets);
    secrets.learn(table);  // before the environment overrides what the file says
  }
  read_environment(table, server, sources, diagnostics);
  secrets.learn(table);
  diagnostics.blank(secrets);
  return diagnostics;
}

}  // namespace mastic::catalog
