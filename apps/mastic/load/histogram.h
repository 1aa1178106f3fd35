// Counts latencies with an error of at most 1.6 %, in bounded memory.

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace mastic::load {

/// The latencies of all answers, in nanoseconds.
class Histogram {
 public:
  /// Adds one latency.
  void add(std::uint64_t ns) {
    ++counts_[bucket_of(ns)];
    ++all_;
    smallest_ = std::min(smallest_, ns);
    largest_ = std::max(largest_, ns);
  }

  /// The latency in ns that the given part of all answers did not exceed; 0.99 is the 99th
  /// percentile.
  [[nodiscard]] std::uint64_t at(double part) const {
    const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(all_));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      seen += counts_[bucket];
      if (seen > wanted) return std::min(largest_, end_of(bucket));
    }
    return largest_;
  }

  /// How many latencies there are.
  [[nodiscard]] std::uint64_t count() const { return all_; }
  /// The smallest latency; 0 without any.
  [[nodiscard]] std::uint64_t smallest() const { return all_ == 0 ? 0 : smallest_; }
  /// The largest latency; 0 without any.
  [[nodiscard]] std::uint64_t largest() const { return largest_; }

  /// Calls `visit(ns, count)` for each bucket that has latencies, the smallest first; `ns` is the
  /// largest latency that may be in it.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      if (counts_[bucket] > 0) visit(std::min(largest_, end_of(bucket)), counts_[bucket]);
    }
  }

 private:
  // A bucket holds the values with the same highest bit and the same six bits below it.
  static std::size_t bucket_of(std::uint64_t ns) {
    if (ns < 64) return ns;
    const int shift = static_cast<int>(std::bit_width(ns)) - 7;
    return static_cast<std::size_t>(shift) * 64 + (ns >> shift);
  }
  static std::uint64_t end_of(std::size_t bucket) {
    if (bucket < 128) return bucket;
    const std::size_t shift = bucket / 64 - 1;
    return ((bucket - shift * 64 + 1) << shift) - 1;
  }

  std::array<std::uint64_t, std::size_t{64} * 60> counts_{};
  std::uint64_t all_ = 0;
  std::uint64_t smallest_ = UINT64_MAX;
  std::uint64_t largest_ = 0;
};

}  // namespace mastic::load
