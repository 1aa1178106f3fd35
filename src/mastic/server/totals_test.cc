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

}  // namespace
}  // namespace mastic::server
