#include "mastic/json/enumeration.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace mastic::json {
namespace {

enum class Color { Red, Green, Blue = 5 };
enum Plain { kFirst = 1, kThird = 3 };
enum class Small : std::uint8_t { Zero, Last = 63, Beyond = 64 };
enum class Signed : std::int8_t { Below = -1, Zero };
enum class Flag : bool { Off, On };
enum class Far { Away = 1000 };
template <class A, class B>
struct Outer {
  enum class Inner { X };
};

static_assert(enum_name(Color::Blue) == "Blue");
static_assert(enum_name(static_cast<Color>(4)).empty());
static_assert(enum_name(kThird) == "kThird" && enum_names<Plain>().size() == 2);
static_assert(enum_name(Small::Last) == "Last" && enum_name(Small::Beyond).empty());
static_assert(enum_name(Signed::Zero) == "Zero" && enum_name(Signed::Below).empty());
static_assert(enum_name(Flag::On) == "On" && enum_names<Flag>().size() == 2);
static_assert(enum_name(Outer<int, long>::Inner::X) == "X");
static_assert(parse_enum<Color>("Green") == Color::Green && parse_enum<Plain>("kFirst") == kFirst);
static_assert(!parse_enum<Color>("green") && !parse_enum<Color>("") && !parse_enum<Color>("5"));
static_assert(!Enumeration<Far> && !Enumeration<std::byte> && !Enumeration<int>);

TEST(Enumeration, ListsItsNamesInTheOrderOfTheirValues) {
  enum class Local { B = 2, A = 1 };
  EXPECT_EQ(one_of(enum_names<Local>()), "one of 'A', 'B'");
  EXPECT_EQ(one_of(enum_names<Color>()), "one of 'Red', 'Green', 'Blue'");
}

}  // namespace
}  // namespace mastic::json
