#include "mastic/server/totals.h"

#include <gtest/gtest.h>

namespace mastic::server {
namespace {

using namespace std::chrono_literals;

TEST(Totals, LogsAtMostOnceASecond) {
  Totals totals;
  const base::Instant start = base::Instant() + 10s;
  EXPECT_TRUE(totals.may_log(start));
  EXPECT_FALSE(totals.may_log(start + 999ms));
  EXPECT_TRUE(totals.may_log(start + 1s));
}

TEST(Totals, BoundsAndReleasesWhatIsHeld) {
  Totals totals;
  EXPECT_TRUE(totals.hold(60, 100));
  EXPECT_FALSE(totals.hold(41, 100));
  EXPECT_TRUE(totals.hold(40, 100));
  totals.release(100);
  EXPECT_TRUE(totals.hold(100, 100));
  EXPECT_TRUE(totals.hold(1'000'000, 0)) << "0 is no limit";
}

TEST(Totals, AreFullOnceWhatIsHeldReachesTheLimit) {
  Totals totals;
  std::uint64_t mine = 0;
  totals.recount(mine, 99);
  EXPECT_FALSE(totals.is_full(100));
  totals.recount(mine, 250);
  EXPECT_TRUE(totals.is_full(100)) << "what was begun may hold more than there should be";
  EXPECT_FALSE(totals.is_full(0)) << "0 is no limit";
  totals.recount(mine, 20);
  EXPECT_EQ(totals.held_bytes(), 20u);
  EXPECT_EQ(mine, 20u);
  totals.recount(mine, 0);
  EXPECT_EQ(totals.held_bytes(), 0u);
}

TEST(Totals, TellWhenMuchWasReleased) {
  constexpr std::uint64_t kMiB = 1 << 20;
  int told = 0;
  Totals totals;
  totals.when_much_is_released([&] { ++told; });
  for (int i = 0; i < 1000; ++i) {  // what comes and goes is no peak
    ASSERT_TRUE(totals.hold(10 * kMiB, 0));
    totals.release(10 * kMiB);
  }
  EXPECT_EQ(told, 0);
  ASSERT_TRUE(totals.hold(100 * kMiB, 0));
  totals.release(10 * kMiB);
  EXPECT_EQ(told, 0);
  totals.release(10 * kMiB);
  EXPECT_EQ(told, 1);
  totals.release(10 * kMiB);
  EXPECT_EQ(told, 1) << "it counts from what is left";
  for (int i = 0; i < 70; ++i) totals.release(kMiB);
  EXPECT_EQ(told, 6);
}

}  // namespace
}  // namespace mastic::server
