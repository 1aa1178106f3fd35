// Everything that a configuration file can use without a plugin: `use = mastic#static`.

#pragma once

#include "mastic/deploy/factories.h"

namespace mastic::catalog {

/// The factories of all applications, filters and servers that Mastic has, under their names and
/// those of Paste, waitress and gunicorn. Names of theirs that Mastic does not have yet are known,
/// with the reason. The result lives as long as the process; any thread may call this.
[[nodiscard]] const deploy::Factories& factories();

}  // namespace mastic::catalog
