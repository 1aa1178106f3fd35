// Standard input, output and error: makes sure that they are open, and that what is printed
// arrives.

#pragma once

#include <string_view>

#include "mastic/base/result.h"

namespace mastic::base {

/// Opens /dev/null in place of every standard stream that is closed, for this process and its
/// children. So no file or socket gets the number of a standard stream, and what is printed to a
/// stream that was closed is discarded. Fails when /dev/null cannot be opened. Call it first in
/// main, before there are threads.
[[nodiscard]] Result<void> open_standard_streams();

/// Writes all of `text` to standard output. Fails when that is not possible, for instance on a full
/// disk: a program that cannot print the help it was asked for has to report a failure.
[[nodiscard]] Result<void> print(std::string_view text);

}  // namespace mastic::base
