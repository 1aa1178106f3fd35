// What a process says when it ends by a fault: nothing may be taken for granted then.

#pragma once

#include <string_view>

namespace mastic::base {

/// Writes `text` to a descriptor that may be a pipe that nobody reads: waits for room for a second at
/// the most, and then leaves the rest out. Says whether all was written. In signal handlers too.
bool write_last_words(int fd, std::string_view text) noexcept;

}  // namespace mastic::base
