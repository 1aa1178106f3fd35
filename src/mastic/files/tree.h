// A directory tree that nothing leads out of.

#pragma once

#include <fcntl.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"
#include "mastic/files/beneath.h"
#include "mastic/http/status.h"

namespace mastic::files {

/// What a file or directory was when it was opened.
struct FileStatus {
  enum class Kind : std::uint8_t { File, Directory, Other };
  Kind kind = Kind::Other;
  std::uint64_t size = 0;
  std::int64_t modified = 0;     ///< seconds since 1970
  std::int64_t modified_ns = 0;  ///< and nanoseconds
  std::int64_t changed = 0;      ///< in nanoseconds: no program can set it
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  friend bool operator==(const FileStatus&, const FileStatus&) = default;
};

struct OpenedFile {
  base::Descriptor descriptor;
  FileStatus status;
};

/// Opens files below a root and nowhere else (files/beneath.h): no dot segment, symbolic link or
/// race leads out. What was opened is looked at, never a name first and then the file. Callable
/// from every thread.
class Tree {
 public:
  /// `root` is relative to the open directory `start`, or to the working directory. Fails with a
  /// message that names the directory and the remedy.
  [[nodiscard]] static base::Result<Tree> open(base::Kernel& kernel, const std::string& root,
                                               int start = AT_FDCWD);

  /// Opens `path`, relative to the root; "." is the root itself. Opening never waits for a FIFO and
  /// never takes a terminal. The error is what to answer: 404 for everything that is not there or
  /// leads out, 403 where permission is missing, 503 when the system is short of descriptors or
  /// memory.
  [[nodiscard]] base::Result<OpenedFile, http::Status> open_file(const std::string& path) const;

  struct Entry {
    std::string name;
    FileStatus status;
  };
  /// What stands in a directory, in no order.
  struct Entries {
    std::vector<Entry> list;
    bool complete = true;  ///< there are no others
  };
  struct Fault {
    http::Status answer;
    int number;  ///< the errno behind it
  };
  /// The files and directories in the directory `path` whose names `shows` is true for, at most
  /// `most`; but for names that no path of a request can have (a backslash, control characters).
  /// Links that stay in the tree count as what they lead to. Fails like open_file, and with 500
  /// when the directory cannot be read to its end.
  [[nodiscard]] base::Result<Entries, Fault> entries(const std::string& path, std::uint64_t most,
                                                     bool (*shows)(std::string_view name)) const;

  /// Whether its root is this very directory.
  [[nodiscard]] bool is_at(std::uint64_t device, std::uint64_t inode) const {
    return device == status_.device && inode == status_.inode;
  }
  [[nodiscard]] base::Kernel& kernel() const { return root_.kernel(); }

 private:
  Tree(base::Descriptor root, const FileStatus& status, OpenBeneath open_beneath)
      : root_(std::move(root)), status_(status), open_beneath_(open_beneath) {}

  /// Opens and looks at what was opened; the error is an errno.
  [[nodiscard]] base::Result<OpenedFile, int> open_and_look(const std::string& path,
                                                            int flags) const;

  base::Descriptor root_;
  FileStatus status_;
  OpenBeneath open_beneath_;
};

}  // namespace mastic::files
