// Reads files of text that somebody else wrote.

#pragma once

#include <cstdint>
#include <string>

#include "mastic/base/kernel.h"
#include "mastic/base/result.h"

namespace mastic::deploy {

/// Reads the file at `path`. It never waits, whatever kind of file that is.
///
/// Fails with a message that begins with a verb, such as "cannot be read: Permission denied", when
/// the file cannot be read, is no regular file (a directory, a FIFO, a device), or is larger than
/// `max_bytes`.
[[nodiscard]] base::Result<std::string> read_text_file(base::Kernel& kernel,
                                                       const std::string& path,
                                                       std::uint64_t max_bytes);

}  // namespace mastic::deploy
