// How many of the bytes written to a peer have arrived at the peer.

#pragma once

#include <cstdint>

#include "mastic/net/stream.h"

namespace mastic::net {

/// Counts the bytes that a peer acknowledges. The number of bytes that the kernel takes says little
/// about a peer's progress: the kernel's buffer takes megabytes at once, and then nothing for
/// minutes while a slow peer reads them (ADR 0018).
///
/// Only `start` and `look` make a system call.
class Delivery {
 public:
  /// Begins to count.
  void start(const Stream& stream) { under_way_ = stream.unacknowledged(); }
  /// Adds bytes that the kernel has taken.
  void took(std::uint64_t bytes) { under_way_ += bytes; }
  /// Returns how many bytes were acknowledged since the last call of `look`, or since `start`.
  [[nodiscard]] std::uint64_t look(const Stream& stream) {
    const std::uint64_t before = under_way_;
    under_way_ = stream.unacknowledged();
    return before > under_way_ ? before - under_way_ : 0;
  }

 private:
  std::uint64_t under_way_ = 0;  ///< taken by the kernel and not known to be acknowledged
};

}  // namespace mastic::net
