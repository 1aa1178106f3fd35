#include "mastic/http/date.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "mastic/base/date.h"

namespace mastic::http {
namespace {

constexpr std::int64_t kMoment = 784111777;
constexpr std::int64_t kIn2027 = 1'800'000'000;  // 2027

TEST(Date, IsWrittenAsImfFixdate) {
  EXPECT_EQ(format_date(kMoment), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Date, ReadsAllThreeForms) {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parse_date(text, kIn2027), kMoment) << text;
  }
  EXPECT_EQ(parse_date("Wed Nov 16 08:49:37 1994", kIn2027), kMoment + 864'000);
}

TEST(Date, PutsTwoDigitYearsIntoTheRightCentury) {
  EXPECT_EQ(format_date(*parse_date("Friday, 01-Jan-77 00:00:00 GMT", kIn2027)).substr(12, 4),
            "2077");
  EXPECT_EQ(format_date(*parse_date("Friday, 01-Jan-78 00:00:00 GMT", kIn2027)).substr(12, 4),
            "1978");
}

TEST(Date, RefusesEverythingElse) {
  for (const char* text :
       {"", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 31 Feb 1994 00:00:00 GMT", "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov +994 08:49:37 GMT", "784111777"}) {
    EXPECT_FALSE(parse_date(text, kIn2027)) << text;
  }
}

TEST(Date, IsWrittenFromTheFirstYearToTheLast) {
  EXPECT_EQ(format_date(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(format_date(base::kFirstSecond), "Sat, 01 Jan 0000 00:00:00 GMT");
  EXPECT_EQ(format_date(base::kLastSecond), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(format_date(base::kFirstSecond - 1), format_date(base::kFirstSecond));
  EXPECT_EQ(format_date(base::kLastSecond + 1), format_date(base::kLastSecond));
}

TEST(Date, ReadsBackWhatItWrites) {
  EXPECT_TRUE(rc::check([] {
    const auto moment = *rc::gen::inRange(base::kFirstSecond, base::kLastSecond);
    RC_ASSERT(parse_date(format_date(moment), kIn2027) == moment);
  }));
}

}  // namespace
}  // namespace mastic::http
