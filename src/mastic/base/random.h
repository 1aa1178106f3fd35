// Numbers that cannot be guessed.

#pragma once

#include <cstdint>

#include "mastic/base/kernel.h"

namespace mastic::base {

/// A number from the system's source. Where getrandom() is missing or forbidden, as a sandbox may
/// have it, /dev/urandom gives it. Throws std::system_error when neither does.
[[nodiscard]] std::uint64_t random_number(Kernel& kernel);

}  // namespace mastic::base
