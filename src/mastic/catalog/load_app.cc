#include "mastic/catalog/load_app.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mastic/base/kernel.h"
#include "mastic/base/text.h"
#include "mastic/catalog/factories.h"
#include "mastic/catalog/read_options.h"
#include "mastic/deploy/loader.h"
#include "mastic/deploy/site.h"

namespace mastic::catalog {

deploy::LoadOptions load_options(deploy::Settings globals) {
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    for (const std::string_view variable : process_environment()) {
      std::string_view value = variable;
      if (base::take_until(value, '=') == name) return std::string(value);
    }
    return std::nullopt;
  };
  return {.globals = std::move(globals), .environment = environment};
}

app::App load_app(std::string_view uri, deploy::Settings globals) {
  deploy::Site site =
      deploy::make_site(uri, factories(), load_options(std::move(globals)), base::system_kernel());
  if (site.app) return *std::move(site.app);
  std::string faults;
  for (const deploy::Diagnostic& diagnostic : site.diagnostics.sorted()) {
    if (diagnostic.severity != deploy::Diagnostic::Severity::Error) continue;
    faults.append(faults.empty() ? "" : "\n").append(diagnostic.to_string());
  }
  throw std::runtime_error(faults);
}

}  // namespace mastic::catalog
