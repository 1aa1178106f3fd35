// Hashes several files at once.

#pragma once

#include <mastic/threads/thread_pool.h>

#include <functional>
#include <string>
#include <vector>

#include "file_list.h"
#include "progress.h"

/// The result for one file.
struct Hashed {
  const File& file;
  std::string digest;
  std::string error;  ///< why there is no digest; empty when there is one
};

/// Hashes `files` on the threads of `pool`, and counts in `progress`. Calls `on_file` for each file
/// on the calling thread, in the order of the list, as soon as the file and all before it are done.
/// Returns when all files are done.
void hash_files(mastic::threads::ThreadPool& pool, const std::vector<File>& files,
                Progress& progress, const std::function<void(const Hashed&)>& on_file);
