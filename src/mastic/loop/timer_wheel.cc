#include "mastic/loop/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace mastic::loop {

using async::Timer;
using async::TimerRing;

void TimerWheel::arm(Timer& timer, base::Instant due) {
  timer.disarm();
  place(timer, due, current_ + 1);
}

/// Puts `timer` into the lowest level whose slots reach the timer's tick: the tick at `due`, or
/// `least` if that is later. Slots are used in rotation: slot s of a level holds the next period
/// whose number is s modulo 64.
void TimerWheel::place(Timer& timer, base::Instant due, Tick least) {
  const Tick tick = std::max(tick_at_or_after(due), least);
  for (unsigned level = 0; level < kLevels; ++level) {
    const unsigned shift = level * kSlotBits;
    const bool last = level + 1 == kLevels;
    const Tick distance = (tick >> shift) - (current_ >> shift);
    if (distance >= kSlots && !last) continue;
    const Tick slot = ((current_ >> shift) + std::min(distance, kSlots - 1)) % kSlots;
    levels_[level].slots[slot].add(timer, due);
    levels_[level].filled |= std::uint64_t{1} << slot;
    return;
  }
}

/// Steps only to ticks at which a slot with timers begins, so a long sleep costs no loop over
/// ticks.
void TimerWheel::advance(base::Instant now) {
  const Tick target = now <= start_ ? 0 : static_cast<Tick>((now - start_) / kTick);
  for (auto next = next_tick(); next && *next <= target; next = next_tick()) step_to(*next);
  current_ = std::max(current_, target);
}

/// Works from the highest level down: timers that leave a higher level may land in a slot of a
/// lower level that also begins at this tick, and timers that land in the current slot of level 0
/// are due now.
void TimerWheel::step_to(Tick tick) {
  current_ = tick;
  for (unsigned level = kLevels - 1; level > 0; --level) {
    const unsigned shift = level * kSlotBits;
    const bool begins_here = (tick & ((Tick{1} << shift) - 1)) == 0;
    if (!begins_here) continue;
    const Tick slot = (tick >> shift) % kSlots;
    levels_[level].filled &= ~(std::uint64_t{1} << slot);
    TimerRing dealt;
    dealt.take_all(levels_[level].slots[slot]);
    while (!dealt.empty()) {
      const base::Instant due = dealt.first_due();
      place(dealt.take_first(), due, tick);
    }
  }
  const Tick slot = tick % kSlots;
  levels_[0].filled &= ~(std::uint64_t{1} << slot);
  expire(levels_[0].slots[slot]);
}

void TimerWheel::expire(TimerRing& slot) {
  TimerRing due;
  due.take_all(slot);
  while (!due.empty()) due.take_first().expired();
}

std::optional<base::Instant> TimerWheel::next_advance() const {
  const auto tick = next_tick();
  if (!tick) return std::nullopt;
  return start_ + static_cast<base::Duration::rep>(*tick) * kTick;
}

/// The next tick at which a slot begins that may have timers, or nullopt if no slot has timers.
/// Rotating the bits of a level puts the slot after the current one first.
std::optional<TimerWheel::Tick> TimerWheel::next_tick() const {
  std::optional<Tick> next;
  for (unsigned level = 0; level < kLevels; ++level) {
    const unsigned shift = level * kSlotBits;
    const Tick position = current_ >> shift;
    const auto ahead = std::rotr(levels_[level].filled, static_cast<int>((position + 1) % kSlots));
    if (ahead == 0) continue;
    const Tick begins = (position + 1 + static_cast<Tick>(std::countr_zero(ahead))) << shift;
    next = std::min(next.value_or(begins), begins);
  }
  return next;
}

TimerWheel::Tick TimerWheel::tick_at_or_after(base::Instant moment) const {
  if (moment <= start_) return 0;
  const base::Duration past = moment - start_;
  return static_cast<Tick>(past / kTick) + (past % kTick == base::Duration::zero() ? 0 : 1);
}

}  // namespace mastic::loop
