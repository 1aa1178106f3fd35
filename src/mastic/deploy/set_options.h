// Sets options from texts that a file or the environment has, and reports what is wrong with them.

#pragma once

#include "mastic/base/options.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

/// Sets the option that each setting names. A list is written in one value, separated by white
/// space. Everything that is wrong goes to `diagnostics`. Returns whether nothing is.
bool set_options(const Settings& settings, base::OptionTable& table, Diagnostics& diagnostics);

}  // namespace mastic::deploy
