// Prints, as JSON, which parts a site consists of, for paste_deploy_test.py. No part is made.
//
//     interop_parts FILE [NAME=VALUE...]

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/kernel.h"
#include "mastic/base/text.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/loader.h"
#include "mastic/deploy/part.h"
#include "mastic/json/json.h"

namespace {

using namespace mastic;
using namespace mastic::deploy;

struct NameAndValue {
  std::string name;
  std::string value;
};
struct ShownPart {
  std::string form;
  std::optional<std::string> kind;     ///< of a part that is made
  std::optional<std::string> factory;  ///< of a part that is made
  std::vector<NameAndValue> global;
  std::vector<NameAndValue> local;
  std::vector<ShownPart> filters;
  std::vector<ShownPart> inside;  ///< what the filters are around
  std::vector<ShownPart> below;   ///< what a composite is put together from
};
struct ShownSite {
  bool has_errors;
  std::vector<std::string> diagnostics;
  std::vector<ShownPart> parts;
};

std::vector<NameAndValue> show(const Settings& settings) {
  std::vector<NameAndValue> shown;
  for (const Setting& setting : settings) shown.push_back({setting.name, setting.value});
  return shown;
}

/// Whether the factory of composites asks for the part that this setting names.
bool names_part(const std::string& factory, const std::string& setting) {
  return factory == "urlmap" || (factory == "cascade" && setting.starts_with("app"));
}

ShownPart show(Loader& loader, const Part& part, int depth) {
  constexpr const char* kForms[] = {"made", "pipeline", "filtered"};
  ShownPart shown{kForms[static_cast<int>(part.form)], {}, {}, show(part.global), show(part.local)};
  for (const auto& filter : part.filters) {
    shown.filters.push_back(show(loader, *filter, depth + 1));
  }
  if (part.app != nullptr) shown.inside.push_back(show(loader, *part.app, depth + 1));
  if (part.form != Part::Form::Made) return shown;
  shown.kind = std::string(to_string(part.kind));
  shown.factory = part.factory.to_string();
  constexpr int kMaxDepth = 10;  // a composite may contain itself
  for (const Setting& setting : part.local) {
    if (depth > kMaxDepth || !names_part(part.factory.name, setting.name)) continue;
    const auto below = loader.find(PartKind::App, setting.value, part, setting.origin);
    if (below != nullptr) shown.below.push_back(show(loader, *below, depth + 1));
  }
  return shown;
}

std::optional<std::string> environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: interop_parts FILE [NAME=VALUE...]\n", stderr);
    return 2;
  }
  LoadOptions options;
  options.environment = environment;
  for (std::string_view value : std::span(argv, static_cast<std::size_t>(argc)).subspan(2)) {
    const std::string name(base::take_until(value, '='));
    options.globals.set({name, std::string(value), {"the command line"}});
  }
  const std::string uri = std::string("config:") + argv[1];
  Diagnostics diagnostics;
  Loader loader(diagnostics, std::move(options), base::system_kernel());
  ShownSite site{};
  if (const auto app = loader.load(PartKind::App, uri)) site.parts.push_back(show(loader, *app, 0));
  if (loader.has(PartKind::Server, uri)) {
    const auto server = loader.load(PartKind::Server, uri);
    if (server != nullptr) site.parts.push_back(show(loader, *server, 0));
  }
  loader.warn_of_unused_sections();
  site.has_errors = diagnostics.has_errors();
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    site.diagnostics.push_back(diagnostic.to_string());
  }
  std::puts(json::to_json(site).c_str());
}
