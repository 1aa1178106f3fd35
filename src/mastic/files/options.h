// The settings of a static tree.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mastic/base/options.h"

namespace mastic::files {

/// The settings of a static tree.
struct Options {
  /// The files that answer for a directory; the first that is there is taken.
  std::vector<std::string> index = {"index.html"};
  /// Whether directories without an index are listed.
  bool listing = false;
  /// Whether names are served that begin with a dot or end with ~, .bak, .ini or .swp.
  bool hidden_files = false;
  /// Whether name.br, name.zst and name.gz are sent in place of name to clients that accept them.
  bool precompressed = true;
  /// The Cache-Control field of every file, such as "max-age=3600"; empty for none.
  std::string cache_control;
  std::vector<std::string> types;  ///< rules such as `.m4s=video/iso.segment` (http::MediaTypes)
  std::vector<std::string> share;  ///< media types or ranges of them, such as `font/*`
  /// The most ranges of one request; beyond that the whole file is sent.
  std::uint64_t max_ranges = 16;
  /// The largest file that is kept in memory; larger ones are sent from the disk cache.
  std::uint64_t max_memory_file_bytes = 64 << 10;
  /// What all files kept in memory may take; beyond that the one not used for longest is dropped.
  std::uint64_t max_memory_bytes = 64 << 20;
  /// The most files kept open or in memory; beyond that the one not used for longest is closed.
  std::uint64_t max_open_files = 512;
  /// The most names in one listing; the rest is left out, and said so.
  std::uint64_t max_listed = 10'000;

  /// Binds every member to its name.
  void describe(base::OptionTable& table);
  /// Fails, and names the option, when a value could not work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::files
