// Whether a server can bind all its addresses, as far as that can be told without binding them.

#pragma once

#include <string>
#include <vector>

#include "mastic/base/address.h"
#include "mastic/base/options.h"
#include "mastic/base/origin.h"
#include "mastic/catalog/options.h"
#include "mastic/deploy/diagnostics.h"

namespace mastic::program {

/// An address that a server binds, and the line that says so.
struct BoundAddress {
  base::Address address;
  base::Origin origin;
};
/// The addresses of `options`, which were set through `table` from the section at `section`.
[[nodiscard]] std::vector<BoundAddress> bound_addresses(const catalog::Options& options,
                                                        const base::OptionTable& table,
                                                        const base::Origin& section);

/// Adds an error for each address of a server that an earlier one takes already: the same address, or
/// all addresses with its port.
void check_bound_addresses(const std::vector<BoundAddress>& addresses,
                           deploy::Diagnostics& diagnostics);
/// Adds a warning for each address of `others`, those of [OTHER_SECTION], that `addresses` has too:
/// the two servers of the file cannot run at one time.
void compare_bound_addresses(const std::vector<BoundAddress>& addresses,
                             const std::vector<BoundAddress>& others,
                             const std::string& other_section, deploy::Diagnostics& diagnostics);

}  // namespace mastic::program
