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

Site make_site(std::string_view uri, const Factories& factories, LoadOptions options,
               base::Kernel& kernel) {
  Site site;
  Loader loader(site.diagnostics, with_names_of(factories, std::move(options)), kernel);
  SecretValues secrets;
  if (const auto part = loader.load(PartKind::App, uri)) {
    Builder builder(loader, factories, site.diagnostics, kernel);
    app::App app = builder.make_app(*part, site.tree);
    loader.warn_of_unused_sections();
    secrets = builder.secrets();
    if (!site.diagnostics.has_errors()) site.app = std::move(app);
  }
  loader.teach(secrets);
  site.diagnostics.blank(secrets);
  return site;
}

std::optional<Node> read_server(std::string_view uri, base::OptionTable& table,
                                const Factories& factories, LoadOptions options,
                                base::Kernel& kernel, Diagnostics& diagnostics) {
  Loader loader(diagnostics, with_names_of(factories, std::move(options)), kernel);
  std::optional<Node> node;
  SecretValues secrets;
  if (loader.has(PartKind::Server, uri)) {
    if (const auto part = loader.load(PartKind::Server, uri)) {
      Builder builder(loader, factories, diagnostics, kernel);
      builder.set_server(*part, table, node.emplace());
      secrets = builder.secrets();
    }
  }
  loader.teach(secrets);
  diagnostics.blank(secrets);
  return node;
}

}  // namespace mastic::deploy
