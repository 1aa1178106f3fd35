// Timers of a loop, with a resolution of a millisecond, at a cost that does not depend on their
// number.

#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "mastic/async/timer.h"
#include "mastic/base/units.h"

namespace mastic::loop {

/// A hierarchical timing wheel. Level 0 has a slot for each of the next 64 ticks, level 1 has a
/// slot for each 64 ticks, and so on. When the time of a slot of a higher level begins, the timers
/// of this slot are distributed to the lower levels. Timers that are due beyond the last level wait
/// in the last slot of that level, and are distributed again when the time of that slot begins.
///
///     level 0: 64 slots of 1 ms | 1: 64 of 64 ms | 2: 64 of 4.1 s | 3: 64 of 4.4 min
class TimerWheel {
 public:
  /// Tick 0 begins at `start`.
  explicit TimerWheel(base::Instant start) : start_(start) {}

  /// Arms `timer`, or moves it if it is armed. The timer expires at `due` or up to a tick later,
  /// never before `due`.
  void arm(async::Timer& timer, base::Instant due);
  /// Expires all timers that are due at `now`. When a timer expires, it may arm and disarm any
  /// timer.
  void advance(base::Instant now);
  /// The latest time for the next call of `advance`, or nullopt if there are no timers. That call
  /// may find that no timer is due yet, but waiting until then makes no timer late.
  [[nodiscard]] std::optional<base::Instant> next_advance() const;

 private:
  using Tick = std::uint64_t;
  static constexpr unsigned kLevels = 4;
  static constexpr unsigned kSlotBits = 6;
  static constexpr Tick kSlots = 1 << kSlotBits;
  static constexpr auto kTick = std::chrono::milliseconds(1);

  struct Level {
    std::array<async::TimerRing, kSlots> slots;
    std::uint64_t filled = 0;  ///< bit n: slot n may have timers (disarming does not clear it)
  };

  void place(async::Timer& timer, base::Instant due, Tick least);
  /// Makes `tick` the current tick: distributes the timers of slots that begin at it, and expires
  /// the timers that are due.
  void step_to(Tick tick);
  void expire(async::TimerRing& slot);
  [[nodiscard]] std::optional<Tick> next_tick() const;
  [[nodiscard]] Tick tick_at_or_after(base::Instant moment) const;

  base::Instant start_;
  Tick current_ = 0;
  std::array<Level, kLevels> levels_;
};

}  // namespace mastic::loop
