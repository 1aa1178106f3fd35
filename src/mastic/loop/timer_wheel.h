// Timers of a loop, to the millisecond: arming, disarming and expiring cost the same however many.

#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "mastic/async/timer.h"
#include "mastic/base/units.h"

namespace mastic::loop {

/// A hierarchical timing wheel. Level 0 has a slot for each of the next 64 ticks, level 1 one for
/// each 64 ticks, and so on; a slot of a higher level is dealt out to the lower ones when its time
/// begins. What lies beyond the last level waits in its last slot and is dealt out again.
class TimerWheel {
 public:
  explicit TimerWheel(base::Instant start) : start_(start) {}

  /// Arms `timer`, or arms it anew; it expires at `due` or up to a tick later.
  void arm(async::Timer& timer, base::Instant due);
  /// Expires all that is due at `now`; they may arm and disarm any timer meanwhile.
  void advance(base::Instant now);
  /// When to call `advance` next, at the latest; perhaps too early by a few calls, never too late.
  [[nodiscard]] std::optional<base::Instant> next_advance() const;

 private:
  using Tick = std::uint64_t;
  static constexpr unsigned kLevels = 4;
  static constexpr unsigned kSlotBits = 6;
  static constexpr Tick kSlots = 1 << kSlotBits;
  static constexpr auto kTick = std::chrono::milliseconds(1);

  struct Level {
    std::array<async::TimerRing, kSlots> slots;
    std::uint64_t filled = 0;  ///< a bit for each slot that may have timers
  };

  void place(async::Timer& timer, base::Instant due, Tick least);
  /// Deals out and expires what begins at `tick`, which becomes the current one.
  void step_to(Tick tick);
  void expire(async::TimerRing& slot);
  [[nodiscard]] std::optional<Tick> next_tick() const;
  [[nodiscard]] Tick tick_at_or_after(base::Instant moment) const;

  base::Instant start_;
  Tick current_ = 0;
  std::array<Level, kLevels> levels_;
};

}  // namespace mastic::loop
