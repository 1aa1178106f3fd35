#include "mastic/server/server_counters.h"

#include <gtest/gtest.h>

#include "mastic/base/allocations_testing.h"

namespace mastic::server {
namespace {

using namespace std::chrono_literals;

TEST(ServerCounters, LogsAtMostOnceASecond) {
  ServerCounters counters;
  const base::Instant start = base::Instant() + 10s;
  EXPECT_TRUE(counters.may_log(start));
  EXPECT_FALSE(counters.may_log(start + 999ms));
  EXPECT_TRUE(counters.may_log(start + 1s));
}

TEST(ServerCounters, CountsTheConnectionsOfAnAddress) {
  ServerCounters counters;
  const base::IpAddress one = *base::IpAddress::parse("2001:db8::1");
  const base::IpAddress other = *base::IpAddress::parse("2001:db8::2");
  EXPECT_TRUE(counters.enter(one, 2));
  EXPECT_TRUE(counters.enter(one, 2));
  EXPECT_FALSE(counters.enter(one, 2));
  EXPECT_TRUE(counters.enter(other, 2));
  base::fail_allocation(1);
  counters.leave(one);
  (void)base::stop_failing_allocations();
  EXPECT_TRUE(counters.enter(one, 2));
}

TEST(ServerCounters, BoundsHeldBytes) {
  ServerCounters counters;
  EXPECT_TRUE(counters.hold(60, 100));
  EXPECT_FALSE(counters.hold(41, 100));
  EXPECT_TRUE(counters.hold(40, 100));
  counters.release(100);
  EXPECT_TRUE(counters.hold(100, 100));
  EXPECT_TRUE(counters.hold(1'000'000, 0)) << "0 means no limit";
}

TEST(ServerCounters, AreFullWhenHeldBytesReachTheLimit) {
  ServerCounters counters;
  std::uint64_t mine = 0;
  counters.recount(mine, 99);
  EXPECT_FALSE(counters.is_full(100));
  counters.recount(mine, 250);
  EXPECT_TRUE(counters.is_full(100)) << "requests that have begun may exceed the limit";
  EXPECT_FALSE(counters.is_full(0)) << "0 means no limit";
  counters.recount(mine, 20);
  EXPECT_EQ(counters.held_bytes(), 20u);
  EXPECT_EQ(mine, 20u);
  counters.recount(mine, 0);
  EXPECT_EQ(counters.held_bytes(), 0u);
}

TEST(ServerCounters, ReportWhenMuchWasReleased) {
  constexpr std::uint64_t kMiB = 1 << 20;
  int told = 0;
  ServerCounters counters;
  counters.when_much_is_released([&] { ++told; });
  for (int i = 0; i < 1000; ++i) {  // small amounts that come and go make no peak
    ASSERT_TRUE(counters.hold(10 * kMiB, 0));
    counters.release(10 * kMiB);
  }
  EXPECT_EQ(told, 0);
  ASSERT_TRUE(counters.hold(100 * kMiB, 0));
  counters.release(10 * kMiB);
  EXPECT_EQ(told, 0);
  counters.release(10 * kMiB);
  EXPECT_EQ(told, 1);
  counters.release(10 * kMiB);
  EXPECT_EQ(told, 1) << "the next release is measured from what is left";
  for (int i = 0; i < 70; ++i) counters.release(kMiB);
  EXPECT_EQ(told, 6);
}

}  // namespace
}  // namespace mastic::server
