#include "mastic/base/date.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace mastic::base {
namespace {

TEST(Date, KnowsSomeMoments) {
  EXPECT_EQ(format_iso_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_iso_time(784111777), "1994-11-06T08:49:37Z");
  EXPECT_EQ(format_iso_time(951782400), "2000-02-29T00:00:00Z");
  EXPECT_EQ(format_iso_time(4102444800), "2100-01-01T00:00:00Z");
  EXPECT_EQ(format_log_time(784111777), "06/Nov/1994:08:49:37 +0000");
  EXPECT_EQ(to_date_time(784111777).weekday, 0);
}

TEST(Date, RefusesDaysThatDoNotExist) {
  EXPECT_FALSE(to_unix_seconds({.year = 2023, .month = 2, .day = 29}));
  EXPECT_TRUE(to_unix_seconds({.year = 2024, .month = 2, .day = 29}));
  EXPECT_FALSE(to_unix_seconds({.year = 2024, .month = 13}));
  EXPECT_FALSE(to_unix_seconds({.year = 2024, .hour = 24}));
}

TEST(Date, GoesThereAndBack) {
  EXPECT_TRUE(rc::check([] {
    const auto seconds = *rc::gen::inRange<std::int64_t>(-62'167'219'200, 253'402'300'799);
    RC_ASSERT(to_unix_seconds(to_date_time(seconds)) == seconds);
  }));
}

}  // namespace
}  // namespace mastic::base
