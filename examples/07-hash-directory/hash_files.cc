#include "hash_files.h"

#include "sha256.h"

using mastic::threads::Future;
using mastic::threads::ThreadPool;

void hash_files(ThreadPool& pool, const std::vector<File>& files, Progress& progress,
                const std::function<void(const Hashed&)>& on_file) {
  progress.all_files = files.size();
  for (const File& file : files) progress.all_bytes += file.bytes;

  const auto hash = [&progress](const File* file) {
    std::string digest =
        sha256_of_file(file->path, [&](std::size_t bytes) { progress.bytes += bytes; });
    ++progress.files;
    return digest;
  };
  std::vector<const File*> work;
  for (const File& file : files) work.push_back(&file);
  std::vector<Future<std::string>> digests = pool.submit_all(work, hash);
  for (std::size_t i = 0; i < files.size(); ++i) {
    try {
      on_file({files[i], digests[i].get(), {}});
    } catch (const ReadError& error) {
      on_file({files[i], {}, error.what()});
    }
  }
}
