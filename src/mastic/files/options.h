// The settings of a static tree.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mastic/base/options.h"

namespace mastic::files {

/// The settings of a static tree.
struct Options {
  /// The names of index files of a directory; the first one that exists is served.
  std::vector<std::string> index = {"index.html"};
  /// Whether directories without an index file are listed.
  bool listing = false;
  /// Whether files are served whose names begin with a dot or end with ~, .bak, .ini or .swp.
  bool hidden_files = false;
  /// Whether name.br, name.zst and name.gz are sent instead of name to clients that accept them.
  bool precompressed = true;
  /// The value of the Cache-Control field of every file, such as "max-age=3600"; empty for no
  /// field.
  std::string cache_control;
  /// Additional media types of names, as rules such as `.m4s=video/iso.segment` (http::MediaTypes).
  std::vector<std::string> types;
  /// The media types, such as `font/*`, of files that pages of other origins may read.
  std::vector<std::string> share;
  /// The maximum number of ranges of one request; beyond it the whole file is sent.
  std::uint64_t max_ranges = 16;
  /// The maximum size of a file that is cached in memory; larger ones are sent from the file.
  std::uint64_t max_memory_file_bytes = 64 << 10;
  /// The maximum size of all files cached in memory; beyond it the least recently used one is
  /// dropped.
  std::uint64_t max_memory_bytes = 64 << 20;
  /// The maximum number of cached files, open or in memory; beyond it the least recently used one
  /// is closed.
  std::uint64_t max_open_files = 512;
  /// The maximum number of names in one listing; beyond it the page says that there are more.
  std::uint64_t max_listed = 10'000;

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the option which is wrong.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::files
