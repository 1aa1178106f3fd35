// Names of parts in Python packages that a configuration file may have, and that Mastic has not.

#pragma once

#include "mastic/deploy/factories.h"

namespace mastic::catalog {

/// Adds to `factories` why there is no factory for each of these names.
void add_missing_names(deploy::Factories& factories);

}  // namespace mastic::catalog
