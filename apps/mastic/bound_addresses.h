// Whether a server can bind all its addresses, as far as that can be told without binding them.

#pragma once

#include <string>

#include "mastic/base/options.h"
#include "mastic/deploy/diagnostics.h"

namespace mastic::program {

/// Adds an error for each address of the option `bind` that an earlier one takes already: the same
/// address, or all addresses with its port.
void check_bound_addresses(const base::OptionTable& table, deploy::Diagnostics& diagnostics);

/// Adds a warning for each address in `table` that `other`, the options of [OTHER_SECTION], has too:
/// two programs cannot serve the file with these servers at the same time.
void compare_bound_addresses(const base::OptionTable& table, const base::OptionTable& other,
                             const std::string& other_section, deploy::Diagnostics& diagnostics);

}  // namespace mastic::program
