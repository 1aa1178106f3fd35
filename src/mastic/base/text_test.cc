#include "mastic/base/text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>

#include "mastic/base/own_source.h"

namespace mastic::base {
namespace {

TEST(ParseDecimal, TakesDigitsOnly) {
  EXPECT_EQ(parse_decimal("0"), 0u);
  EXPECT_EQ(parse_decimal("0012"), 12u);
  EXPECT_EQ(parse_decimal("18446744073709551615"), 18446744073709551615u);
  for (const char* text :
       {"", "+1", "-1", " 1", "1 ", "0x1", "1_000", "1.0", "18446744073709551616"}) {
    EXPECT_FALSE(parse_decimal(text)) << text;
  }
}

TEST(EqualShort, ComparesLikeEquality) {
  const std::string text = "Content-Security-Policy-Of-All";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string part = text.substr(0, size);
    EXPECT_TRUE(equal_short(part, std::string(part))) << size;
    EXPECT_FALSE(equal_short(part, part + "x")) << size;
    for (std::size_t i = 0; i < size; ++i) {
      std::string other = part;
      other[i] ^= 0x20;
      EXPECT_FALSE(equal_short(part, other)) << size << " " << i;
    }
  }
}

TEST(ParseHexadecimal, TakesUpToSixteenDigits) {
  EXPECT_EQ(parse_hexadecimal("fF"), 255u);
  EXPECT_EQ(parse_hexadecimal("ffffffffffffffff"), ~std::uint64_t{0});
  for (const char* text : {"", "0x1", "g", "-1", "1 ", "00000000000000001"}) {
    EXPECT_FALSE(parse_hexadecimal(text)) << text;
  }
}

TEST(ParseDecimal, ReadsBackWhatWasAppended) {
  EXPECT_TRUE(rc::check([](std::uint64_t number) {
    std::string text;
    append_decimal(text, number);
    RC_ASSERT(parse_decimal(text) == number);
  }));
}

TEST(TakeUntil, CutsAtEachSeparator) {
  std::string_view text = "a,,b";
  EXPECT_EQ(take_until(text, ','), "a");
  EXPECT_EQ(take_until(text, ','), "");
  EXPECT_EQ(take_until(text, ','), "b");
  EXPECT_TRUE(text.empty());
}

TEST(Nearest, FindsASlipAndNothingFarAway) {
  constexpr std::array<std::string_view, 3> kNames{"listing", "loops", "bind"};
  EXPECT_EQ(nearest("lisitng", kNames), "listing");
  EXPECT_EQ(nearest("bnid", kNames), "bind");
  EXPECT_FALSE(nearest("certificate", kNames));
}

TEST(Trim, RemovesSpacesAndTabsFromTheEnds) {
  EXPECT_EQ(trim(" \t a b \t"), "a b");
  EXPECT_EQ(trim("\xa0x\x0b"), "\xa0x\x0b");
  EXPECT_EQ(trim("  "), "");
}

static_assert(is_own_source("/home/ada/mastic/src/mastic/app/app.h"));
static_assert(is_own_source("src/mastic/wire/http1/parser.cc"));
static_assert(is_own_source("../../src/mastic/routing/route_handler.h"));
static_assert(is_own_source("/usr/include/mastic/async/task.h"));
static_assert(!is_own_source("/home/ada/mastic/src/mastic/app/app_test.cc"));
static_assert(!is_own_source("/home/ada/mastic/src/mastic/server/http1/fixture_testing.h"));
static_assert(!is_own_source("/home/ada/mastic/src/main.cc"));
static_assert(!is_own_source("/home/ada/src/mastic/shop/app.cc"), "mastic/shop is not a room");
static_assert(!is_own_source("/home/ada/mysrc/mastic/app/app.cc"));
static_assert(!is_own_source("/home/ada/mastic/app/app.cc"));
static_assert(!is_own_source(""));

}  // namespace
}  // namespace mastic::base
