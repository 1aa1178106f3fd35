// Who owns a loop while user code runs: one atomic swap decides between its driver and a taker (ADR
// 0001).

#pragma once

#include <atomic>
#include <cstdint>

namespace mastic::loop {

/// A driver calls `open` before it enters user code and `close` after it. In between, another
/// thread may take the loop; then `close` returns false, and the driver must not touch the loop
/// again.
///
///     even ──open (driver)──> odd ──close (driver) or take (taker)──> even
///     idle or loop code       user code; may be taken                 the winner owns the loop
///
/// 1. The number is odd while a driver is inside user code, and grows with every step.
/// 2. Driver and taker both try to swap the odd number for the next even number, so exactly one of
///    the two wins.
/// 3. Numbers never repeat, so a driver that returns late cannot win with the token of an earlier
///    entry.
class LoopOwnership {
 public:
  /// Called by the driver before it enters user code. Returns a token that names this entry only.
  /// The store is sequentially consistent: when a driver enters while the StallMonitor falls
  /// asleep, at least one of the two sees the other.
  [[nodiscard]] std::uint64_t open() {
    const std::uint64_t token = number_.load(std::memory_order_relaxed) + 1;
    number_.store(token);
    return token;
  }
  /// Called by the driver after user code. Returns whether the driver still owns the loop.
  [[nodiscard]] bool close(std::uint64_t token) { return leave(token); }

  /// The current number, for any thread: pass it to `take`, or compare it with a later one.
  [[nodiscard]] std::uint64_t look() const { return number_.load(); }
  /// Whether the driver was inside user code when `look` returned `seen`.
  [[nodiscard]] static bool is_inside(std::uint64_t seen) { return (seen & 1) != 0; }
  /// Called by the taker. Returns whether the taker owns the loop from now on. Requires:
  /// is_inside(seen).
  [[nodiscard]] bool take(std::uint64_t seen) { return leave(seen); }

 private:
  // acq_rel: what the loser did to the loop before it lost is visible to the winner.
  bool leave(std::uint64_t token) {
    return number_.compare_exchange_strong(token, token + 1, std::memory_order_acq_rel);
  }

  alignas(64) std::atomic<std::uint64_t> number_{0};
};

}  // namespace mastic::loop
