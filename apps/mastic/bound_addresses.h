// Whether a server can bind all its addresses, as far as that can be told without binding them.

#pragma once

#include "mastic/base/options.h"
#include "mastic/deploy/diagnostics.h"

namespace mastic::program {

/// Adds an error for each address of the option `bind` that an earlier one takes already: the same
/// address, or all addresses with its port.
void check_bound_addresses(const base::OptionTable& table, deploy::Diagnostics& diagnostics);

}  // namespace mastic::program
