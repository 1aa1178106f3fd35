// Sets options from texts that a file or the environment has, and reports what is wrong with them.

#pragma once

#include "mastic/base/options.h"
#include "mastic/deploy/diagnostics.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

/// Sets the option that each setting names. A list is written in one value, separated by white
/// space. Everything that is wrong goes to `diagnostics`, with a note for each name that belongs to
/// another program (OptionTable::alias), and a warning for each that has no effect here
/// (OptionTable::ignore). Returns whether nothing is wrong.
bool set_options(const Settings& settings, base::OptionTable& table, Diagnostics& diagnostics);

}  // namespace mastic::deploy
