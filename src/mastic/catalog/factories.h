// The factories that site files may use, under all their names.

#pragma once

#include "mastic/deploy/factories.h"

namespace mastic::catalog {

/// All factories of Mastic. They live until the process ends.
[[nodiscard]] const deploy::Factories& factories();

}  // namespace mastic::catalog
