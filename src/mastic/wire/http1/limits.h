// How large the parts of an HTTP/1 message may be. Each has an option of its name and its answer.

#pragma once

#include <cstdint>

#include "mastic/base/options.h"

namespace mastic::wire::http1 {

struct Limits {
  std::uint64_t max_request_line_bytes = 8 << 10;
  std::uint64_t max_header_bytes = 32 << 10;
  std::uint64_t max_header_count = 100;
  std::uint64_t max_chunk_extension_bytes = 1 << 10;
  std::uint64_t max_chunk_overhead_bytes = 16 << 10;
  std::uint64_t max_trailer_bytes = 8 << 10;
  std::uint64_t max_trailer_count = 32;

  void describe(base::OptionTable& table);
  /// Fails when a limit is larger than the parser can count: a head is kept whole in memory.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::wire::http1
