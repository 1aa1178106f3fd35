// The error for content that could not be stored on a disk.

#pragma once

#include <string>

namespace mastic::app {

/// Says why a file could not be written, and what would help: "No such file or directory; make the
/// directory first". `number` is the errno.
[[nodiscard]] std::string describe_not_stored(int number);

/// Throws the error for a file that could not be written: StorageError if the disk is full (507) or
/// the process has no more descriptors or memory (503), otherwise std::runtime_error. `doing` says
/// what failed, as in "cannot save to 'a.txt'"; `number` is the errno. The message also names the
/// remedy.
[[noreturn]] void throw_not_stored(const std::string& doing, int number);

}  // namespace mastic::app
