// Hashes files, several at once.

#pragma once

#include <mastic/threads/thread_pool.h>

#include <functional>
#include <string>
#include <vector>

#include "file_list.h"
#include "progress.h"

/// What became of a file.
struct Hashed {
  const File& file;
  std::string digest;
  std::string error;  ///< what was wrong; empty when nothing was
};

/// Calls `on_file` for each file, in the order of the list, as soon as it and those before it have
/// been read. Counts in `progress`. The files must be there until it returns.
void hash_files(mastic::threads::ThreadPool& pool, const std::vector<File>& files,
                Progress& progress, const std::function<void(const Hashed&)>& on_file);
