// The settings of a static tree.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mastic/base/options.h"

namespace mastic::files {

struct Options {
  std::vector<std::string> index = {"index.html"};
  bool listing = false;
  bool hidden_files = false;
  bool precompressed = true;
  std::string cache_control;
  std::vector<std::string> types;  ///< rules such as `.m4s=video/iso.segment` (http::MediaTypes)
  std::vector<std::string> share;  ///< media types or ranges of them, such as `font/*`
  std::uint64_t max_ranges = 16;
  std::uint64_t max_memory_file_bytes = 64 << 10;
  std::uint64_t max_memory_bytes = 64 << 20;
  std::uint64_t max_open_files = 512;
  std::uint64_t max_listed = 10'000;

  void describe(base::OptionTable& table);
  /// Fails, and names the option, when a value could not work.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::files
