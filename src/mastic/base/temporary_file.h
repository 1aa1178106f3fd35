// A file without a name, which is gone when its last descriptor is closed, whatever happens.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"

namespace mastic::base {

/// An anonymous temporary file (O_TMPFILE). No path leads to it, so it needs no removal: the kernel
/// frees it when its last descriptor is closed, also when the process crashes. On a file system
/// that has no such files, the file is created and its name is removed at once.
///
/// All calls may wait for the disk, the destructor too. They return 0 or -errno. One thread at a
/// time may use it; any number of threads may read from `descriptor`.
class TemporaryFile {
 public:
  /// Creates no file yet. `kernel` must outlive this object and all users of `descriptor`.
  explicit TemporaryFile(Kernel& kernel = system_kernel()) : kernel_(&kernel) {}

  /// Whether the file has been created.
  [[nodiscard]] bool is_created() const { return file_ != nullptr; }
  /// Creates the file on the file system of `directory`. Only this process's user can open it.
  [[nodiscard]] int create(const std::string& directory);
  /// Appends all of `bytes`. Requires: the file was created.
  [[nodiscard]] int write(std::string_view bytes);
  /// The open file, for reading; null before it is created.
  [[nodiscard]] const std::shared_ptr<const Descriptor>& descriptor() const { return file_; }

 private:
  Kernel* kernel_;
  std::shared_ptr<const Descriptor> file_;
};

/// Makes the first `size` bytes of a temporary file the file at `path`, as NewFile does: at any
/// moment the path leads to the whole file, or to what was there before. On the file system of the
/// temporary file this costs a name and the wait for the disk; elsewhere the content is copied. The
/// file gets the permissions of 0666 that the umask leaves. Returns 0 or -errno.
[[nodiscard]] int keep_file(const Descriptor& temporary, std::uint64_t size, std::string path);

}  // namespace mastic::base
