#include "mastic/deploy/site.h"

#include <exception>
#include <utility>

#include "mastic/base/text.h"
#include "mastic/deploy/build.h"
#include "mastic/deploy/builder.h"

namespace mastic::deploy {
namespace {

LoadOptions with_names_of(const Factories& factories, LoadOptions options) {
  options.is_factory = [&factories](PartKind kind, const std::string& name) {
    return factories.find(kind, {"mastic", "", name, {}}).has_value();
  };
  return options;
}

}  // namespace

void blank(Node& node, const SecretValues& secrets) {
  for (std::string* const text : {&node.place, &node.section, &node.factory}) {
    *text = secrets.blank(*text);
  }
  node.origin = secrets.blank(node.origin);
  for (Node::Value& value : node.options) {
    value.name = secrets.blank(value.name);
    if (!value.is_default) value.text = secrets.blank(value.text);
    value.origin = secrets.blank(value.origin);
  }
  for (Settings* const settings : {&node.global, &node.local}) {
    Settings shown;
    for (const Setting& setting : *settings) {
      shown.set({secrets.blank(setting.name), secrets.blank(setting.value),
                 secrets.blank(setting.origin), setting.is_literal});
    }
    *settings = std::move(shown);
  }
  for (Node& part : node.parts) blank(part, secrets);
}

Site make_site(std::string_view uri, const Factories& factories, LoadOptions options,
               base::Kernel& kernel) {
  Site site;
  Loader loader(site.diagnostics, with_names_of(factories, std::move(options)), kernel);
  if (const auto part = loader.load(PartKind::App, uri)) {
    Builder builder(loader, factories, site.diagnostics, kernel);
    app::App app = builder.make_app(*part, site.tree);
    loader.warn_of_unused_sections();
    loader.warn_of_unread_globals();
    site.secrets = builder.secrets();
    if (!site.diagnostics.has_errors()) site.app = std::move(app);
  }
  loader.teach(site.secrets);
  site.diagnostics.blank(site.secrets);
  blank(site.tree, site.secrets);
  return site;
}

std::optional<Node> read_server(std::string_view uri, base::OptionTable& table,
                                const Factories& factories, LoadOptions options,
                                base::Kernel& kernel, Diagnostics& diagnostics,
                                SecretValues& secrets) {
  Loader loader(diagnostics, with_names_of(factories, std::move(options)), kernel);
  std::optional<Node> node;
  if (loader.has(PartKind::Server, uri)) {
    if (const auto part = loader.load(PartKind::Server, uri)) {
      Builder builder(loader, factories, diagnostics, kernel);
      builder.set_server(*part, table, node.emplace());
      secrets = builder.secrets();
    }
  }
  loader.teach(secrets);
  diagnostics.blank(secrets);
  if (node) blank(*node, secrets);
  return node;
}

}  // namespace mastic::deploy
