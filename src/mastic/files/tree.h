// A directory tree from which no path leads out.

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

/// The status of a file or directory when it was opened.
struct FileStatus {
  enum class Kind : std::uint8_t { File, Directory, Other };
  Kind kind = Kind::Other;
  std::uint64_t size = 0;
  std::int64_t modified = 0;     ///< when the content changed, in seconds since 1970
  std::int64_t modified_ns = 0;  ///< the nanoseconds after that second
  std::int64_t changed = 0;      ///< ctime in nanoseconds, which no program can set
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  friend bool operator==(const FileStatus&, const FileStatus&) = default;
};

/// An open file or directory with its status.
struct OpenedFile {
  base::Descriptor descriptor;
  FileStatus status;
};

/// Opens the file at `path` with its status, following all links. For paths of the application's own.
/// Opening never waits for a FIFO. The error is the status to answer, as for Tree::open_file.
[[nodiscard]] base::Result<OpenedFile, http::Status> open_anywhere(base::Kernel& kernel,
                                                                   const std::string& path);

/// Opens files below a root directory and nowhere else (files/beneath.h): no dot segment, symbolic
/// link or race leads out. The status is read from the opened descriptor, never from a name that is
/// opened later. Any thread may call these functions.
class Tree {
 public:
  /// Opens the tree at `root`, which is relative to the open directory `start`, or by default to
  /// the working directory. Fails with a message that names the directory and the remedy.
  [[nodiscard]] static base::Result<Tree> open(base::Kernel& kernel, const std::string& root,
                                               int start = AT_FDCWD);

  /// Opens `path`, relative to the root; "." is the root itself. Opening never waits for a FIFO and
  /// never acquires a controlling terminal. The error is the status to answer: 404 if the path does
  /// not exist or leads out of the tree, 403 if permission is missing, 503 if the system is short
  /// of descriptors or memory.
  [[nodiscard]] base::Result<OpenedFile, http::Status> open_file(const std::string& path) const;

  /// A name in a directory, with the status of its file.
  struct Entry {
    std::string name;
    FileStatus status;
  };
  /// The entries of a directory, in no particular order.
  struct Entries {
    std::vector<Entry> list;
    bool complete = true;  ///< whether `list` contains all entries
  };
  /// Why a directory could not be read.
  struct Fault {
    http::Status answer;
    int number;  ///< the errno that caused it
  };
  /// Lists files and directories in the directory `path`: those for whose names `shows` returns
  /// true, but at most `most` entries. Names that no path of a request can have (with a backslash
  /// or a control character) are left out. A link that stays in the tree is listed as the file it
  /// leads to. Fails like open_file, and with 500 if the directory cannot be read to its end.
  [[nodiscard]] base::Result<Entries, Fault> entries(const std::string& path, std::uint64_t most,
                                                     bool (*shows)(std::string_view name)) const;

  /// Whether the root is the directory with this device and inode.
  [[nodiscard]] bool is_at(std::uint64_t device, std::uint64_t inode) const {
    return device == status_.device && inode == status_.inode;
  }
  [[nodiscard]] base::Kernel& kernel() const { return root_.kernel(); }

 private:
  Tree(base::Descriptor root, const FileStatus& status, OpenBeneath open_beneath)
      : root_(std::move(root)), status_(status), open_beneath_(open_beneath) {}

  /// Opens `path` and reads the status of what was opened. The error is an errno.
  [[nodiscard]] base::Result<OpenedFile, int> open_and_look(const std::string& path,
                                                            int flags) const;

  base::Descriptor root_;
  FileStatus status_;
  OpenBeneath open_beneath_;
};

}  // namespace mastic::files
