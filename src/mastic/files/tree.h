// A directory tree that nothing leads out of.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mastic/base/descriptor.h"
#include "mastic/base/kernel.h"
#include "mastic/base/result.h"
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

/// Opens files below a root and nowhere else: by the kernel's own resolution (RESOLVE_BENEATH), so
/// no dot segment, symbolic link or race leads out. What was opened is looked at, never a name
/// first and then the file. Callable from every thread.
class Tree {
 public:
  /// Fails with a message that names the directory and the remedy.
  [[nodiscard]] static base::Result<Tree> open(base::Kernel& kernel, const std::string& root);

  /// Opens `path`, relative to the root; "." is the root itself. Opening never waits for a FIFO and
  /// never takes a terminal. The error is what to answer: 404 for everything that is not there or
  /// leads out, 403 where permission is missing, 503 when the system is short of descriptors or
  /// memory.
  [[nodiscard]] base::Result<OpenedFile, http::Status> open_file(const std::string& path) const;

  struct Entry {
    std::string name;
    FileStatus status;
  };
  /// The files and directories in the directory `path`, which is open, at most `most` and in no
  /// order; but for names that no path of a request can have (a backslash, control characters).
  /// Links that stay in the tree count as what they lead to. `complete` says whether that is
  /// all.
  [[nodiscard]] std::vector<Entry> entries(const std::string& path,
                                           const base::Descriptor& directory, std::uint64_t most,
                                           bool& complete) const;

  [[nodiscard]] base::Kernel& kernel() const { return root_->kernel(); }

 private:
  explicit Tree(base::Descriptor root)
      : root_(std::make_unique<const base::Descriptor>(std::move(root))) {}

  std::unique_ptr<const base::Descriptor> root_;
};

}  // namespace mastic::files
