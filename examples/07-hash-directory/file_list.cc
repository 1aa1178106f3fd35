#include "file_list.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace fs = std::filesystem;

std::vector<File> list_files(const std::string& directory) {
  std::vector<File> files;
  constexpr auto kOptions = fs::directory_options::skip_permission_denied;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory, kOptions)) {
    std::error_code ignored;  // the file may have been removed: reading it will report that
    if (entry.symlink_status(ignored).type() != fs::file_type::regular) continue;
    const std::uintmax_t bytes = entry.file_size(ignored);
    files.push_back({entry.path().string(), ignored ? 0 : bytes});
  }
  std::ranges::sort(files, {}, &File::path);
  return files;
}
