// What a terminal shows while a load runs, as text.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace mastic::load {

/// How a text may look.
struct Look {
  std::size_t columns = 80;
  bool unicode = true;
};

/// The figures of a moment.
struct Progress {
  bool is_warm = true;       ///< false during the warm-up
  double part = 0;           ///< of the run that is over, from 0 to 1
  double seconds_left = -1;  ///< negative when it is not known
  double rate_now = 0;       ///< answers per second
  double rate = 0;           ///< since the measurement began
  std::uint64_t p50 = 0;     ///< latencies in ns
  std::uint64_t p90 = 0;
  std::uint64_t p99 = 0;
  std::uint64_t failures = 0;
};

/// "▕███████▌      ▏ 54 %  5 s left", as wide as the terminal, at most 80 columns.
[[nodiscard]] std::string progress_bar(const Progress& progress, Look look);
/// "45,120/s now  44,980/s on average  p50 1.2 ms  p90 ...": what does not fit is left out, the last
/// first.
[[nodiscard]] std::string progress_figures(const Progress& progress, Look look);

}  // namespace mastic::load
