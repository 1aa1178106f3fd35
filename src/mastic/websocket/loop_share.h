// What the WebSockets of a loop share.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "mastic/base/units.h"
#include "mastic/loop/loop_local.h"
#include "mastic/websocket/reading.h"
#include "mastic/wire/websocket/deflate.h"

namespace mastic::websocket {

/// An object of each loop (loop::local_to). So a quiet socket needs none of this for itself.
class LoopShare {
 public:
  explicit LoopShare(loop::Loop&) {}

  /// Returns the state for receiving; `reset` it. Throws std::bad_alloc.
  [[nodiscard]] std::unique_ptr<Reading> take_reading() {
    return spare_ ? std::move(spare_) : std::make_unique<Reading>();
  }
  /// Gives a state back whose socket needs it no longer.
  void give_back(std::unique_ptr<Reading> reading) noexcept {
    if (reading->rest.capacity() <= kMostKept) spare_ = std::move(reading);
  }

  /// Returns what compresses messages for sockets without takeover. Throws std::bad_alloc.
  [[nodiscard]] wire::websocket::Deflater& deflater(std::uint8_t window_bits,
                                                    std::uint8_t memory_level, std::uint8_t level) {
    for (const auto& each : deflaters_) {
      if (each->window_bits == window_bits && each->memory_level == memory_level) {
        return each->deflater;
      }
    }
    deflaters_.push_back(std::make_unique<SharedDeflater>(window_bits, memory_level, level));
    return deflaters_.back()->deflater;
  }

  /// Returns how long the next socket is to wait when sockets are spread evenly over `time`,
  /// however many of them there are.
  [[nodiscard]] base::Duration next_share_of(base::Duration time) noexcept {
    // Multiples of the golden ratio, of which only the fraction counts, fill an interval evenly.
    share_ += 0x9e3779b97f4a7c15;
    constexpr int kFractionBits = 20;
    const auto fraction = static_cast<std::int64_t>(share_ >> (64 - kFractionBits));
    return base::Duration(time.count() / (1 << kFractionBits) * fraction);
  }

 private:
  static constexpr std::size_t kMostKept = 16 << 10;

  struct SharedDeflater {
    SharedDeflater(std::uint8_t bits, std::uint8_t memory, std::uint8_t level)
        : window_bits(bits), memory_level(memory), deflater(bits, memory, level, false) {}
    const std::uint8_t window_bits;
    const std::uint8_t memory_level;
    wire::websocket::Deflater deflater;
  };

  std::unique_ptr<Reading> spare_;
  std::vector<std::unique_ptr<SharedDeflater>> deflaters_;  ///< few: one for each setting
  std::uint64_t share_ = 0;
};

}  // namespace mastic::websocket
