// Whose a loop is while user code runs: one atomic swap decides between its driver and a taker (ADR 0001).

#pragma once

#include <atomic>
#include <cstdint>

namespace mastic::loop {

/// A driver opens it before it enters user code and closes it after. Meanwhile another thread may
/// take the loop: then close says so, and the driver touches nothing of the loop again.
///
/// 1. The number is odd while a driver is inside user code, and grows with every step.
/// 2. Driver and taker leave an odd number by the same swap to the next even one, so one of them
///    wins.
/// 3. Numbers never repeat, so a driver that comes back late cannot win against a later stay.
class LoopOwnership {
 public:
  /// The driver: the token names this stay and no other. Sequentially consistent, so that of a
  /// driver that goes in and a watch that goes to sleep one sees the other.
  [[nodiscard]] std::uint64_t open() {
    const std::uint64_t token = number_.load(std::memory_order_relaxed) + 1;
    number_.store(token);
    return token;
  }
  /// The driver: true when the loop is still its own.
  [[nodiscard]] bool close(std::uint64_t token) { return leave(token); }

  /// The taker: what to hold against a later look. Odd means inside user code.
  [[nodiscard]] std::uint64_t look() const { return number_.load(); }
  [[nodiscard]] static bool is_inside(std::uint64_t seen) { return (seen & 1) != 0; }
  /// The taker: true when the loop is its own from here on. Requires: is_inside(seen).
  [[nodiscard]] bool take(std::uint64_t seen) { return leave(seen); }

 private:
  bool leave(std::uint64_t token) {
    return number_.compare_exchange_strong(token, token + 1, std::memory_order_acq_rel);
  }

  alignas(64) std::atomic<std::uint64_t> number_{0};
};

}  // namespace mastic::loop
