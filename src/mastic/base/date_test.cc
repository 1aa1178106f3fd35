#include "mastic/base/date.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

namespace mastic::base {
namespace {

TEST(Date, ConvertsKnownMoments) {
  EXPECT_EQ(format_iso_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_iso_time(784111777), "1994-11-06T08:49:37Z");
  EXPECT_EQ(format_iso_time(951782400), "2000-02-29T00:00:00Z");
  EXPECT_EQ(format_iso_time(4102444800), "2100-01-01T00:00:00Z");
  EXPECT_EQ(format_log_time(784111777), "06/Nov/1994:08:49:37 +0000");
  EXPECT_EQ(to_date_time(784111777).weekday, 0);
}

TEST(Date, ConvertsTheSecondBefore1970AndTheEndsOfItsRange) {
  EXPECT_EQ(format_iso_time(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(parse_iso_time("1969-12-31T23:59:59Z"), -1);
  EXPECT_EQ(to_date_time(-1).weekday, 3);
  EXPECT_EQ(format_iso_time(kFirstSecond), "0000-01-01T00:00:00Z");
  EXPECT_EQ(format_iso_time(kLastSecond), "9999-12-31T23:59:59Z");
  EXPECT_TRUE(has_date(kFirstSecond) && has_date(-1) && has_date(kLastSecond));
}

TEST(Date, WritesOnlyValidDates) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t early : {kFirstSecond - 1, kFirstSecond - 86'400 * 366, kLeast}) {
    EXPECT_FALSE(has_date(early)) << early;
    EXPECT_EQ(format_iso_time(early), "0000-01-01T00:00:00Z") << early;
    EXPECT_EQ(format_log_time(early), "01/Jan/0000:00:00:00 +0000") << early;
  }
  for (const std::int64_t late : {kLastSecond + 1, std::int64_t{1'000'000'000'000}, kMost}) {
    EXPECT_FALSE(has_date(late)) << late;
    EXPECT_EQ(format_iso_time(late), "9999-12-31T23:59:59Z") << late;
    EXPECT_EQ(format_log_time(late), "31/Dec/9999:23:59:59 +0000") << late;
  }
}

TEST(Date, RefusesDaysThatDoNotExist) {
  EXPECT_FALSE(to_unix_seconds({.year = 2023, .month = 2, .day = 29}));
  EXPECT_TRUE(to_unix_seconds({.year = 2024, .month = 2, .day = 29}));
  EXPECT_FALSE(to_unix_seconds({.year = 2024, .month = 13}));
  EXPECT_FALSE(to_unix_seconds({.year = 2024, .hour = 24}));
}

TEST(Date, ReadsBackEveryDateThatItWrites) {
  EXPECT_TRUE(rc::check([] {
    const auto seconds = *rc::gen::inRange(kFirstSecond, kLastSecond);
    RC_ASSERT(to_unix_seconds(to_date_time(seconds)) == seconds);
  }));
}

}  // namespace
}  // namespace mastic::base
