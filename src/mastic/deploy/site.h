// A whole site, made from its files.
//
//     Site site = make_site("config:site.ini", factories, {}, base::system_kernel());
//     if (site.diagnostics.has_errors()) ...

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/app/app.h"
#include "mastic/base/kernel.h"
#include "mastic/base/options.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/factories.h"
#include "mastic/deploy/loader.h"
#include "mastic/deploy/node.h"
#include "mastic/deploy/secret_values.h"

namespace mastic::deploy {

/// A site: an application, where each of its parts came from, and what is wrong with it.
struct Site {
  std::optional<app::App> app;  ///< nothing if there is an error
  Node tree;
  Diagnostics diagnostics;
  SecretValues secrets;  ///< of its files; those in `tree` and `diagnostics` are blanked already
};

/// Makes the site that `uri` names: "config:site.ini", "config:site.ini#admin". Collects all errors
/// instead of ending at the first one. `factories` and `kernel` must outlive the site.
[[nodiscard]] Site make_site(std::string_view uri, const Factories& factories, LoadOptions options,
                             base::Kernel& kernel);

/// Sets the options of a server from the section `[server:NAME]` of a file, if it has one, through
/// the table of its options. `uri` is like that of the site: "config:site.ini#NAME". What is wrong
/// goes to `diagnostics`, and the secrets of the file to `secrets`. Returns the section with the
/// options for `mastic check`, or nothing.
std::optional<Node> read_server(std::string_view uri, base::OptionTable& table,
                                const Factories& factories, LoadOptions options,
                                base::Kernel& kernel, Diagnostics& diagnostics,
                                SecretValues& secrets);

}  // namespace mastic::deploy
