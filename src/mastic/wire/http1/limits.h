// How large the parts of an HTTP/1 message may be. Each has an option of its name and its answer.

#pragma once

#include <cstdint>

#include "mastic/base/options.h"

namespace mastic::wire::http1 {

/// The bounds of what frames a request. Beyond them it is answered, and the connection is closed.
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

  /// Binds every member to its name.
  void describe(base::OptionTable& table);
  /// Fails when a limit is larger than the parser can count: a head is kept whole in memory.
  [[nodiscard]] base::Result<void> check() const;
};

}  // namespace mastic::wire::http1
