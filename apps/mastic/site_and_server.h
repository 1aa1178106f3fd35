// What parts of a site, and a site and its server, mean for each other: options that are right by
// themselves, and doubtful together.

#pragma once

#include "mastic/catalog/options.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/node.h"

namespace mastic::program {

/// Warns of each redirect in `site` that leads to its own place, and so to itself for ever.
void warn_of_redirect_loops(const deploy::Node& site, deploy::Diagnostics& diagnostics);

/// Warns of each body limit in `site` that has no effect, because `server` takes less, and of each
/// thread watch that other machines can reach, because `server` listens for them.
void compare_with_server(const deploy::Node& site, const catalog::Options& server,
                         deploy::Diagnostics& diagnostics);

}  // namespace mastic::program
