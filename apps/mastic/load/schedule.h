// When requests become due that are sent at a rate.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace mastic::load {

/// The moments of a Poisson process: gaps are random and have an exponential distribution, as those of
/// many independent clients have. The same seed gives the same moments, so every server gets the same
/// load.
class Schedule {
 public:
  using Clock = std::chrono::steady_clock;

  /// A schedule with `rate` moments per second on average. Requires: rate > 0.
  Schedule(double rate, std::uint64_t seed) : gap_(rate), random_(seed) {}

  /// Makes `begin` the next moment.
  void begin_at(Clock::time_point begin) { next_ = begin; }
  /// The next moment.
  [[nodiscard]] Clock::time_point next() const { return next_; }
  /// Returns the next moment, and moves to the one after it.
  Clock::time_point take() {
    // However low the rate is, the next moment is one that the clock can show.
    constexpr double kLongestGap = 1e6;
    const auto taken = next_;
    next_ += std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(std::min(gap_(random_), kLongestGap)));
    return taken;
  }

 private:
  std::exponential_distribution<double> gap_;
  std::mt19937_64 random_;
  Clock::time_point next_;
};

}  // namespace mastic::load
