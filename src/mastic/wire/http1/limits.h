// How large the parts of an HTTP/1 message may be. Each limit is an option with the member's name.

#pragma once

#include <cstdint>

#include "mastic/base/options.h"

namespace mastic::wire::http1 {

/// Limits for the parts of a request that frame it. A request beyond a limit is answered with the
/// status given here, and the connection is closed.
struct Limits {
  /// The first line of a request; answered with 414.
  std::uint64_t max_request_line_bytes = 8 << 10;
  /// All header fields of a request together; answered with 431.
  std::uint64_t max_header_bytes = 32 << 10;
  /// How many header fields a request may have; answered with 431.
  std::uint64_t max_header_count = 100;
  /// The extensions of one chunk of a request's content; answered with 400.
  std::uint64_t max_chunk_extension_bytes = 1 << 10;
  /// What chunked coding may add to content, on top of half of its data; answered with 400.
  std::uint64_t max_chunk_overhead_bytes = 16 << 10;
  /// All trailer fields of a request together; answered with 400.
  std::uint64_t max_trailer_bytes = 8 << 10;
  /// How many trailer fields a request may have; answered with 400.
  std::uint64_t max_trailer_count = 32;

  /// Adds every member to `table` under its name. The table refers to this object.
  void describe(base::OptionTable& table);
  /// Fails when a limit is larger than the parser can count. A head is kept whole in memory, with
  /// 32-bit offsets.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::wire::http1
