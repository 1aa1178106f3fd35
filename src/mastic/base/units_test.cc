#include "mastic/base/units.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace mastic::base {
namespace {

using namespace std::chrono_literals;

TEST(Size, TakesPowersOf1024) {
  EXPECT_EQ(*parse_size("512"), 512u);
  EXPECT_EQ(*parse_size("64K"), 65536u);
  EXPECT_EQ(*parse_size("2g"), 2ull << 30);
  for (const char* text : {"", "K", "-1", "1KB", "1.5M", "1 M", "99999999999G"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(Duration, TakesUnitsAndSecondsWithoutOne) {
  EXPECT_EQ(*parse_duration("250ms"), 250ms);
  EXPECT_EQ(*parse_duration("10"), 10s);
  EXPECT_EQ(*parse_duration("5m"), 5min);
  EXPECT_EQ(*parse_duration("0"), 0s);
  for (const char* text : {"", "s", "-1s", "1.5s", "1d", "99999999999h"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Units, ReadBackWhatTheyPrint) {
  EXPECT_TRUE(rc::check([](std::uint32_t number) {
    RC_ASSERT(*parse_size(format_size(number)) == number);
    const std::chrono::milliseconds time(number);
    RC_ASSERT(*parse_duration(format_duration(time)) == time);
  }));
}

TEST(HumanSize, ShowsAtMostThreeDigits) {
  EXPECT_EQ(human_size(0), "0 B");
  EXPECT_EQ(human_size(999), "999 B");
  EXPECT_EQ(human_size(1000), "1.0 kB");
  EXPECT_EQ(human_size(12'345), "12 kB");
  EXPECT_EQ(human_size(1'234'567), "1.2 MB");
  EXPECT_EQ(human_size(~std::uint64_t{0}), "18 EB");
}

TEST(After, AddsADurationToAnInstant) {
  const Instant now{1h};
  EXPECT_EQ(after(now, 5s), now + 5s);
  EXPECT_EQ(after(now, 0s), now);
  EXPECT_EQ(after(now, -5s), now - 5s);
}

TEST(After, StaysWithinTheInstantsThatExist) {
  for (const Instant now : {Instant{1h}, Instant{}, Instant{-1h}}) {
    EXPECT_EQ(after(now, Duration::max()),
              Instant(std::min(now.time_since_epoch(), 0ns)) + Duration::max());
    EXPECT_EQ(after(now, Duration::min()),
              Instant(std::max(now.time_since_epoch(), 0ns)) + Duration::min());
  }
  EXPECT_EQ(after(Instant::max(), 1ns), Instant::max());
  EXPECT_EQ(after(Instant::min(), -1ns), Instant::min());
  EXPECT_EQ(after(after(Instant{1h}, Duration::max()), Duration::max()), Instant::max());
}

}  // namespace
}  // namespace mastic::base
