// The file that a log stands in.

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"

namespace mastic::threads {

/// Appends to a path, and follows it: once a rotation has renamed or removed the file, it opens the
/// path anew. Or to a descriptor that someone else keeps open. One thread at a time.
class LogFile {
 public:
  /// Opens `path` for appending, and makes it when it is not there. A FIFO is opened for both sides,
  /// where this user may, so that nobody waits for a reader and lines wait for the next one in it;
  /// else the call waits until there is one. `kernel` must outlive it.
  [[nodiscard]] static base::Result<LogFile> open(base::Kernel& kernel, std::string path);
  /// Standard output and the like: `fd` has no path to follow, and is not closed.
  [[nodiscard]] static LogFile borrow(base::Kernel& kernel, int fd) { return {kernel, fd}; }

  /// Appends all of `text` and leaves it empty. When it fails, `text` is what was not written; the
  /// next text begins on a line of its own.
  [[nodiscard]] base::Result<void> append(std::string_view& text);
  /// Opens the path anew unless it still names this file. When it fails, this file goes on.
  [[nodiscard]] base::Result<void> follow();

  /// Leaves the descriptor open when this goes, as the kernel may be gone before.
  void abandon() noexcept { (void)owned_.release(); }

  [[nodiscard]] base::Kernel& kernel() const { return *kernel_; }

 private:
  LogFile(base::Kernel& kernel, int fd) : kernel_(&kernel), fd_(fd) {}
  [[nodiscard]] bool is_named_by_path() const;

  base::Kernel* kernel_;
  int fd_;
  base::Descriptor owned_;  ///< of a path
  std::string path_;        ///< empty: borrowed
  bool is_torn_ = false;    ///< it ends within a line
};

}  // namespace mastic::threads
