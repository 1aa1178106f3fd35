#include "apps/mastic/load/progress.h"

#include <gtest/gtest.h>

#include "apps/mastic/load/figures.h"

namespace mastic::load {
namespace {

constexpr Look kPlain{.columns = 100, .unicode = false};

Progress half_way() {
  return {.part = 0.5,
          .seconds_left = 4.2,
          .rate_now = 45120,
          .rate = 44980,
          .p50 = 1'200'000,
          .p90 = 2'000'000,
          .p99 = 13'100'000};
}

TEST(LoadProgress, ShowsABarWithThePartAndTheTimeLeft) {
  EXPECT_EQ(progress_bar(half_way(), {.columns = 40, .unicode = false}),
            "[###########-----------] 50 %  5 s left");
  EXPECT_EQ(progress_bar(half_way(), {.columns = 28, .unicode = true}),
            "▕█████     ▏ 50 %  5 s left");
}

TEST(LoadProgress, ShowsLongTimesInMinutes) {
  Progress progress = half_way();
  progress.seconds_left = 125;
  EXPECT_NE(progress_bar(progress, kPlain).find("2 min 5 s left"), std::string::npos);
}

TEST(LoadProgress, ShowsRatesAndLatencies) {
  EXPECT_EQ(progress_figures(half_way(), kPlain),
            "45,120/s now  44,980/s on average  p50 1.20 ms  p90 2.00 ms  p99 13.1 ms");
}

TEST(LoadProgress, ShowsFailuresEvenWhereLittleFits) {
  Progress progress = half_way();
  progress.failures = 12;
  EXPECT_EQ(progress_figures(progress, {.columns = 50, .unicode = false}),
            "45,120/s now  12 failed  44,980/s on average");
  EXPECT_EQ(progress_figures(progress, {.columns = 30, .unicode = false}),
            "45,120/s now  12 failed");
}

TEST(LoadProgress, NeverReachesTheLastColumn) {
  Progress progress = half_way();
  progress.failures = 1'000'000;
  for (std::size_t columns = 1; columns < 120; ++columns) {
    for (const bool unicode : {false, true}) {
      const Look look{.columns = columns, .unicode = unicode};
      EXPECT_LT(columns_of(progress_bar(progress, look)), columns) << columns;
      EXPECT_LT(columns_of(progress_figures(progress, look)), columns) << columns;
    }
  }
}

TEST(LoadProgress, SaysThatItIsWarmingUp) {
  const Progress progress{.is_warm = false, .rate_now = 100};
  EXPECT_NE(progress_bar(progress, kPlain).find("warming up"), std::string::npos);
  EXPECT_EQ(progress_figures(progress, kPlain), "100/s now");
}

}  // namespace
}  // namespace mastic::load
