// The last message of a process that ends by a fault, written without relying on anything that may
// be broken.

#pragma once

#include <string_view>

namespace mastic::base {

/// Writes `text` to a descriptor, which may be a pipe that is not being read: the function waits at
/// most one second for room and then gives up. Returns whether all of `text` was written. Safe in
/// signal handlers.
bool write_last_words(int fd, std::string_view text) noexcept;

}  // namespace mastic::base
