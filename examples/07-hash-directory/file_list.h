// The files of a directory.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct File {
  std::string path;
  std::uint64_t bytes = 0;
};

/// All plain files in `directory` and below, by their paths; links are not followed, and what may
/// not be entered is left out. Throws std::filesystem::filesystem_error when it is no directory.
[[nodiscard]] std::vector<File> list_files(const std::string& directory);
