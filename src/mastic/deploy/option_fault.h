// Which option of a part is to blame when the part cannot be made.

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/options.h"
#include "mastic/base/origin.h"
#include "mastic/deploy/part.h"

namespace mastic::deploy {

/// Why a part cannot be made, and the line that has to change.
struct OptionFault {
  base::Origin origin;
  std::string message;
};

/// Finds the option that the message `why` begins with, as in "root: cannot open ...". If the part
/// gives this option, the fault is at its line, and otherwise at that of the part. Adds to the
/// message what may have been misunderstood: the rules of values, or a global setting of that name.
[[nodiscard]] OptionFault find_fault(const Part& part, const base::OptionTable& table,
                                     std::string_view why);

}  // namespace mastic::deploy
