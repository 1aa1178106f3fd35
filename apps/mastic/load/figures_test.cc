#include "apps/mastic/load/figures.h"

#include <gtest/gtest.h>

namespace mastic::load {
namespace {

TEST(LoadFigures, GroupsDigitsByThree) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(45120), "45,120");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(LoadFigures, GivesTimesInThreeDigits) {
  EXPECT_EQ(time_text(850, true), "850 ns");
  EXPECT_EQ(time_text(12'340, true), "12.3 µs");
  EXPECT_EQ(time_text(12'340, false), "12.3 us");
  EXPECT_EQ(time_text(999'499, false), "999 us");
  EXPECT_EQ(time_text(999'600, false), "1.00 ms");
  EXPECT_EQ(time_text(1'234'000, true), "1.23 ms");
  EXPECT_EQ(time_text(12'340'000'000, true), "12.3 s");
  EXPECT_EQ(rate_text(4.5), "4.50");
  EXPECT_EQ(rate_text(45120.4), "45,120");
}

TEST(LoadFigures, DrawsBarsToAnEighthOfAColumn) {
  EXPECT_EQ(bar(0, 8, true), "");
  EXPECT_EQ(bar(0.5, 8, true), "████");
  EXPECT_EQ(bar(0.5, 9, true), "████▌");
  EXPECT_EQ(bar(1, 8, true), "████████");
  EXPECT_EQ(bar(7, 2, true), "██");
  EXPECT_EQ(bar(0.5, 8, false), "####");
  EXPECT_EQ(columns_of("████▌"), 5U);
}

}  // namespace
}  // namespace mastic::load
