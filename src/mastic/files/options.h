// The settings of a static tree.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mastic/base/options.h"

namespace mastic::files {

/// The settings of a static tree.
struct Options {
  /// Name of the index file of a directory. May be given several times; the first that exists is
  /// served.
  std::vector<std::string> index = {"index.html"};
  /// List directories that have no index file.
  bool listing = false;
  /// Also serve names that begin with a dot or end with ~, .bak, .ini or .swp.
  bool hidden_files = false;
  /// Send name.br, name.zst or name.gz, if it exists, instead of name to clients that accept its
  /// coding.
  bool precompressed = true;
  /// Value of the Cache-Control field of every file, such as `max-age=3600`; empty for no field.
  std::string cache_control;
  /// Media type of files whose names end in .EXT, or of files with exactly this name (NAME=TYPE),
  /// instead of the built-in one. May be given several times.
  ///
  /// Each is a rule for http::MediaTypes, such as `.m4s=video/iso.segment`.
  std::vector<std::string> types;
  /// Media type of files, such as `font/*`, that pages of every other origin may read: they get
  /// `Access-Control-Allow-Origin: *`. May be given several times.
  std::vector<std::string> share;
  /// Maximum number of ranges of one request. Beyond it: the whole file is sent.
  std::uint64_t max_ranges = 16;
  /// Maximum size of a file that is cached in memory. Larger ones are sent from the file.
  std::uint64_t max_memory_file_bytes = 64 << 10;
  /// Maximum size of all files together that are cached in memory. Beyond it: the least recently
  /// used one is dropped.
  std::uint64_t max_memory_bytes = 64 << 20;
  /// Maximum number of cached files, open or in memory. Beyond it: the least recently used one is
  /// closed.
  std::uint64_t max_open_files = 512;
  /// Maximum number of names in one listing. Beyond it: the page says that there are more.
  std::uint64_t max_listed = 10'000;

  /// Adds every member to `table` under its name.
  void describe(base::OptionTable& table);
  /// Checks the options. Fails with a message that names the option which is wrong.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::files
