// What the WebSockets of a loop share.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "mastic/base/units.h"
#include "mastic/loop/loop_local.h"
#include "mastic/websocket/reading.h"

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

  std::unique_ptr<Reading> spare_;
  std::uint64_t share_ = 0;
};

}  // namespace mastic::websocket
