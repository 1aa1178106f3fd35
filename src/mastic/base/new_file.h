// A file that is at its place whole, or not at all.

#pragma once

#include <string>
#include <string_view>

#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"

namespace mastic::base {

/// Written beside its place, under a name of its own (`.mastic-3f0c91d2a1b4e675.part`), and put there
/// when it is complete. Until then whoever looks at the place finds what was there before; and when it
/// goes without having been kept, nothing of it is left. Only a process that is killed meanwhile
/// leaves the other file behind.
///
/// All calls may wait for the disk, the destructor too. They return 0 or -errno; after a failure it is
/// of no more use. One thread at a time.
class NewFile {
 public:
  /// Makes nothing yet. `kernel` must outlive it.
  explicit NewFile(std::string path, Kernel& kernel = system_kernel())
      : kernel_(kernel), path_(std::move(path)) {}
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool is_created() const { return file_.is_open(); }
  /// Makes the file, with those permissions of `mode` that the umask leaves. Fails when something
  /// other than a file or a link stands at its place: -EISDIR for a directory, -EEXIST for the rest.
  [[nodiscard]] int create(unsigned mode);
  /// Appends all of `bytes`. Requires: it is created.
  [[nodiscard]] int write(std::string_view bytes);
  /// Waits until the disk has the content, then puts the file at its place, where it replaces another
  /// file, or a link. Once. Requires: it is created.
  ///
  /// So also after a power cut there is the whole file or what was there before. That it is there at
  /// once is the directory's to remember, which is not waited for.
  [[nodiscard]] int keep();

 private:
  [[nodiscard]] int check_place() const;

  Kernel& kernel_;
  const std::string path_;
  std::string written_at_;  ///< empty when there is nothing to remove
  Descriptor file_;
};

}  // namespace mastic::base
