// A file that appears at its path complete, or not at all.

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"

namespace mastic::base {

/// A file that is written in the directory of its path under a temporary name
/// (`.mastic-3f0c91d2a1b4e675.part`), and renamed to its path when it is complete. Until then, the
/// path leads to whatever was there before. If the object is destroyed before `keep`, the temporary
/// file is removed; only a process that is killed leaves it behind.
///
/// All calls may wait for the disk, the destructor too. They return 0 or -errno; after a failure
/// the object is of no further use. One thread at a time may use it.
class NewFile {
 public:
  /// Remembers `path`, and creates no file yet. `kernel` must outlive this object.
  explicit NewFile(std::string path, Kernel& kernel = system_kernel())
      : kernel_(kernel), path_(std::move(path)) {}
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// The path of the finished file.
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Whether the temporary file has been created and is still open.
  [[nodiscard]] bool is_created() const { return file_.is_open(); }
  /// Creates the temporary file, with the permissions of `mode` that the umask leaves. Fails when
  /// the path leads to something other than a file or a link: -EISDIR for a directory, -EEXIST for
  /// anything else.
  [[nodiscard]] int create(unsigned mode);
  /// Gives the open file `unnamed` the temporary name, so that `keep` makes it the file at the path;
  /// called instead of `create` and `write`. Fails as `create` does; with -EXDEV when `unnamed` is
  /// on another file system; with -ENOENT when it had a name that was removed, or there is no
  /// /proc.
  [[nodiscard]] int link(const Descriptor& unnamed);
  /// Appends all of `bytes`. Requires: the file was created.
  [[nodiscard]] int write(std::string_view bytes);
  /// Waits until the disk has the content, then renames the file to its path, where it replaces a
  /// file or a link. Call it once. Requires: the file was created or linked.
  ///
  /// Because of this order, the path leads after a power cut either to the whole new file or to
  /// what was there before. For a while after `keep` it may still be the old content, because
  /// `keep` does not wait until the disk has the directory.
  [[nodiscard]] int keep();

 private:
  [[nodiscard]] int check_place() const;

  Kernel& kernel_;
  const std::string path_;
  std::string written_at_;  ///< the temporary path; empty when there is nothing to remove
  Descriptor file_;
};

}  // namespace mastic::base
