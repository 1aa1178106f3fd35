// How large the parts of an HTTP/1 message may be. Each limit is an option with the member's name.

#pragma once

#include <cstdint>

#include "mastic/base/options.h"

namespace mastic::wire::http1 {

/// Limits for the parts of a request that frame it. A request beyond a limit is answered with the
/// status given here, and the connection is closed.
struct Limits {
  /// Maximum size of the first line of a request. Beyond it: 414, close.
  std::uint64_t max_request_line_bytes = 8 << 10;
  /// Maximum size of all header fields of a request together. Beyond it: 431, close.
  std::uint64_t max_header_bytes = 32 << 10;
  /// Maximum number of header fields of a request. Beyond it: 431, close.
  std::uint64_t max_header_count = 100;
  /// Maximum size of the extensions of one chunk of a request body. Beyond it: 400, close.
  std::uint64_t max_chunk_extension_bytes = 1 << 10;
  /// Maximum size of what chunked coding adds to a request body, on top of half the size of its
  /// data. Beyond it: 400, close.
  std::uint64_t max_chunk_overhead_bytes = 16 << 10;
  /// Maximum size of all trailer fields of a request together. Beyond it: 400, close.
  std::uint64_t max_trailer_bytes = 8 << 10;
  /// Maximum number of trailer fields of a request. Beyond it: 400, close.
  std::uint64_t max_trailer_count = 32;

  /// Adds every member to `table` under its name. The table refers to this object.
  void describe(base::OptionTable& table);
  /// Fails when a limit is larger than the parser can count. A head is kept whole in memory, with
  /// 32-bit offsets.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::wire::http1
