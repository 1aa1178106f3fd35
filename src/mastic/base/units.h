// Sizes and durations as people write them in options: 64K, 1M, 250ms, 10s, 5m.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "mastic/base/result.h"

namespace mastic::base {

using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

/// The instant that lies `length` after `now`; the last one there is, or the first, when that lies
/// beyond it. Every sum of an instant and somebody's duration is made by it, for a duration may be
/// max(), which says "for ever".
[[nodiscard]] constexpr Instant after(Instant now, Duration length) {
  if (length > Duration::zero() && now > Instant::max() - length) return Instant::max();
  if (length < Duration::zero() && now < Instant::min() - length) return Instant::min();
  return now + length;
}
/// The same for a wait that begins now, by the system's clock. (std's own `wait_for` overflows.)
[[nodiscard]] inline Instant from_now(Duration length) {
  return after(std::chrono::steady_clock::now(), length);
}

/// A number of bytes: digits with an optional K, M or G (powers of 1024).
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);

/// A length of time: digits with ms, s, m or h; digits alone are seconds.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

/// "32K" for 32768: what parse_size reads back, in the largest unit that divides it.
[[nodiscard]] std::string format_size(std::uint64_t bytes);

/// "10s" for ten seconds: what parse_duration reads back, to the millisecond.
[[nodiscard]] std::string format_duration(Duration duration);

/// For people who skim: "1.2 MB", "831 B" (powers of 1000).
[[nodiscard]] std::string human_size(std::uint64_t bytes);

}  // namespace mastic::base
