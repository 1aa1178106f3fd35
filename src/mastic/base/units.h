// Sizes and durations as people write them in options: 64K, 1M, 250ms, 10s, 5m.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "mastic/base/result.h"

namespace mastic::base {

/// A moment of the clock that only goes forward.
using Instant = std::chrono::steady_clock::time_point;
/// A length of time; std::chrono's units convert to it.
using Duration = std::chrono::steady_clock::duration;
/// A time of day, in UTC. The clock may be set, so unlike an Instant this time may jump in either
/// direction.
using WallTime = std::chrono::system_clock::time_point;

/// Returns the instant `length` after `now`, clamped to the instants that exist. Use it for every
/// sum of an instant and a duration that a caller chose: the duration may be max(), which means
/// "for ever".
[[nodiscard]] constexpr Instant after(Instant now, Duration length) {
  if (length > Duration::zero() && now > Instant::max() - length) return Instant::max();
  if (length < Duration::zero() && now < Instant::min() - length) return Instant::min();
  return now + length;
}
/// Returns the instant `length` from now by the system's clock, to be passed to a `wait_until` of
/// the standard library. A `wait_for` of the standard library overflows when it is given max().
[[nodiscard]] inline Instant from_now(Duration length) {
  return after(std::chrono::steady_clock::now(), length);
}

/// Reads a number of bytes: digits with an optional K, M or G (powers of 1024).
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);

/// Reads a length of time: digits with ms, s, m or h; digits alone are seconds.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

/// Returns a size in the largest unit that divides it, in the form that `parse_size` reads: "32K"
/// for 32768.
[[nodiscard]] std::string format_size(std::uint64_t bytes);

/// Returns a duration to the millisecond, in the form that `parse_duration` reads: "10s" for ten
/// seconds.
[[nodiscard]] std::string format_duration(Duration duration);

/// Returns a size in two or three digits, for people: "1.2 MB", "831 B" (powers of 1000).
[[nodiscard]] std::string human_size(std::uint64_t bytes);

}  // namespace mastic::base
