#include "apps/mastic/load/histogram.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace mastic::load {
namespace {

TEST(LoadHistogram, FindsPercentilesWithinTwoPercent) {
  Histogram latency;
  for (std::uint64_t us = 1; us <= 1000; ++us) latency.add(us * 1000);
  EXPECT_EQ(latency.count(), 1000U);
  EXPECT_EQ(latency.smallest(), 1000U);
  EXPECT_EQ(latency.largest(), 1'000'000U);
  EXPECT_NEAR(static_cast<double>(latency.at(0.5)), 500e3, 10e3);
  EXPECT_NEAR(static_cast<double>(latency.at(0.99)), 990e3, 20e3);
  EXPECT_EQ(latency.at(1), 1'000'000U);
}

TEST(LoadHistogram, IsExactBelow128Nanoseconds) {
  Histogram latency;
  for (std::uint64_t ns = 0; ns < 128; ++ns) latency.add(ns);
  for (std::uint64_t ns = 0; ns < 128; ++ns) {
    EXPECT_EQ(latency.at((static_cast<double>(ns) + 0.5) / 128), ns);
  }
}

TEST(LoadHistogram, HoldsEveryLatencyFromZeroToTheLargestOfTheClock) {
  Histogram latency;
  for (int bit = 0; bit < 63; ++bit) {
    latency.add((std::uint64_t{1} << bit) - 1);
    latency.add(std::uint64_t{1} << bit);
  }
  latency.add(INT64_MAX);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> buckets;
  std::uint64_t all = 0;
  latency.for_each([&](std::uint64_t ns, std::uint64_t count) {
    if (!buckets.empty()) {
      EXPECT_GT(ns, buckets.back().first);
    }
    buckets.emplace_back(ns, count);
    all += count;
  });
  EXPECT_EQ(all, latency.count());
  EXPECT_EQ(buckets.back().first, static_cast<std::uint64_t>(INT64_MAX));
}

TEST(LoadHistogram, IsZeroWhileItIsEmpty) {
  const Histogram latency;
  EXPECT_EQ(latency.at(0.5), 0U);
  EXPECT_EQ(latency.smallest(), 0U);
  EXPECT_EQ(latency.largest(), 0U);
}

}  // namespace
}  // namespace mastic::load
