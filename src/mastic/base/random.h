// Numbers that cannot be guessed.

#pragma once

#include <cstdint>

#include "mastic/base/kernel.h"

namespace mastic::base {

/// Returns a number from the system's random source. Reads /dev/urandom where getrandom() is
/// missing or a sandbox forbids it. Throws std::system_error when reading that fails too.
[[nodiscard]] std::uint64_t random_number(Kernel& kernel);

}  // namespace mastic::base
