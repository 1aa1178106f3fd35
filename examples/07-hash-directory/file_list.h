// The files of a directory.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct File {
  std::string path;
  std::uint64_t bytes = 0;
};

/// All regular files below `directory`, sorted by path. Symbolic links are not followed, and
/// directories without permission are left out. Throws std::filesystem::filesystem_error when
/// `directory` is not a directory.
[[nodiscard]] std::vector<File> list_files(const std::string& directory);
