// A temporary directory for a test.

#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace mastic::files {

/// A root directory in a temporary directory, both removed with this object.
class TemporaryTree {
 public:
  TemporaryTree() {
    std::string pattern = std::filesystem::temp_directory_path() / "mastic-files-XXXXXX";
    path_ = mkdtemp(pattern.data());
    root_ = path_ / "root";
    std::filesystem::create_directory(root_);
  }
  TemporaryTree(const TemporaryTree&) = delete;
  TemporaryTree& operator=(const TemporaryTree&) = delete;
  ~TemporaryTree() { std::filesystem::remove_all(path_); }

  /// Writes a file below the root and creates its directories. `modified` is in seconds since 1970.
  void write(const std::string& name, std::string_view content,
             std::int64_t modified = 1'000'000'000) {
    const auto file = root_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    set_modified(name, modified);
  }
  void set_modified(const std::string& name, std::int64_t modified) {
    const timespec times[2] = {{modified, 0}, {modified, 0}};
    utimensat(AT_FDCWD, (root_ / name).c_str(), times, 0);
  }
  [[nodiscard]] std::filesystem::path root() const { return root_; }
  /// The directory that contains the root; nothing else in it may be served.
  [[nodiscard]] std::filesystem::path outside() const { return path_; }

 private:
  std::filesystem::path path_;
  std::filesystem::path root_;
};

}  // namespace mastic::files
