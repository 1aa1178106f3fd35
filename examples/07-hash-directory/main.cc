#include <unistd.h>

#include <cstdio>
#include <exception>
#include <optional>

#include "hash_files.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("hash_directory DIRECTORY\n\nPrints the SHA-256 of every file.\n", stderr);
    return 2;
  }
  try {
    const std::vector<File> files = list_files(argv[1]);
    mastic::threads::ThreadPool pool({.name = "hash"});
    Progress progress;
    bool all_well = true;
    {
      std::optional<ProgressBar> bar;
      if (isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 0) bar.emplace(progress);
      hash_files(pool, files, progress, [&](const Hashed& hashed) {
        if (hashed.error.empty()) {
          std::printf("%s  %s\n", hashed.digest.c_str(), hashed.file.path.c_str());
        } else {
          std::fprintf(stderr, "\r\033[K%s\n", hashed.error.c_str());
          all_well = false;
        }
      });
    }
    return all_well ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hash_directory: %s\n", error.what());
    return 1;
  }
}
