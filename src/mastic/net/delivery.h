// How much of what is written to a peer arrives there.

#pragma once

#include <cstdint>

#include "mastic/net/stream.h"

namespace mastic::net {

/// Counts what a peer acknowledges. What the kernel takes says little of that: its buffer holds
/// megabytes, and takes nothing for minutes while a slow peer reads them (ADR 0018).
///
/// It asks the stream when it starts and whenever somebody looks, and never in between.
class Delivery {
 public:
  void start(const Stream& stream) { under_way_ = stream.unacknowledged(); }
  /// The kernel took so many bytes.
  void took(std::uint64_t bytes) { under_way_ += bytes; }
  /// Bytes that were acknowledged since the start, or since the last look.
  [[nodiscard]] std::uint64_t look(const Stream& stream) {
    const std::uint64_t before = under_way_;
    under_way_ = stream.unacknowledged();
    return before > under_way_ ? before - under_way_ : 0;
  }

 private:
  std::uint64_t under_way_ = 0;  ///< with the kernel or on the network, as far as is known
};

}  // namespace mastic::net
