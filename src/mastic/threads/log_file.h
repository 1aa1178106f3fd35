// The file that a log is written to, reopened once a rotation has renamed it.

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"

namespace mastic::threads {

/// Appends to the file at a path, and opens the path again once a rotation has renamed or removed
/// the file; or appends to a borrowed descriptor. One thread at a time may use it.
class LogFile {
 public:
  /// Opens `path` for appending and creates the file if needed. A FIFO is opened for reading and
  /// writing if permissions allow it: then opening does not wait for a reader, and lines stay in
  /// the FIFO until a reader comes. Otherwise the call waits for a reader. `kernel` must outlive
  /// the LogFile.
  [[nodiscard]] static base::Result<LogFile> open(base::Kernel& kernel, std::string path);
  /// Appends to `fd`, such as standard output, which has no path to follow and is never closed
  /// here.
  [[nodiscard]] static LogFile borrow(base::Kernel& kernel, int fd) { return {kernel, fd}; }

  /// Appends all of `text` and leaves it empty. On failure `text` holds what was not written, and
  /// the next call begins a new line if the file ends in the middle of a line.
  [[nodiscard]] base::Result<void> append(std::string_view& text);
  /// Opens the path again unless it still names this file. On failure the old file stays in use.
  [[nodiscard]] base::Result<void> follow();

  /// Leaves the descriptor open when this object is destroyed. For a thread that was abandoned: the
  /// kernel may have been destroyed by then.
  void abandon() noexcept { (void)owned_.release(); }

  [[nodiscard]] base::Kernel& kernel() const { return *kernel_; }

 private:
  LogFile(base::Kernel& kernel, int fd) : kernel_(&kernel), fd_(fd) {}
  [[nodiscard]] bool is_named_by_path() const;

  base::Kernel* kernel_;
  int fd_;
  base::Descriptor owned_;  ///< the file of a path; not open when the descriptor is borrowed
  std::string path_;        ///< empty when the descriptor is borrowed
  bool is_torn_ = false;    ///< whether the file ends in the middle of a line
};

}  // namespace mastic::threads
