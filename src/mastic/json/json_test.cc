#include "mastic/json/json.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <limits>
#include <map>
#include <optional>
#include <vector>

namespace mastic::json {
namespace {

using std::chrono::sys_seconds;

struct Price {
  std::string currency;
  double amount = 0;

  friend bool operator==(const Price&, const Price&) = default;
};
struct Item {
  std::string name;
  int count = 0;
  std::optional<Price> price;
  std::vector<std::string> tags;

  friend bool operator==(const Item&, const Item&) = default;
};
struct Order {
  std::vector<Item> items;
  std::map<std::string, bool> flags;
  std::variant<int, std::string> reference;
  sys_seconds at{};
};
struct SmallValues {
  std::uint8_t n = 0;
};
enum class Shade { Red, Green };
enum Size : std::uint8_t { kSmall, kLarge };
struct Paint {
  Shade color = Shade::Green;
  std::vector<Size> sizes;
};
struct Booking {
  std::optional<int> table = 5;
  std::optional<std::vector<int>> seats = {{1}};
  std::optional<Price> price = {{"EUR", 1}};
};

template <class T>
std::string fault(std::string_view text, UnknownMembers unknown = UnknownMembers::Ignore) {
  const auto read = from_json<T>(text, unknown);
  return read ? "" : read.error().message;
}

TEST(Json, WritesAggregatesWithTheNamesOfTheirFields) {
  EXPECT_EQ(to_json(Item{"te\"a", 2, {}, {"hot"}}), R"({"name":"te\"a","count":2,"tags":["hot"]})");
  EXPECT_EQ(to_json(Price{"EUR", 1.5}), R"({"currency":"EUR","amount":1.5})");
  const Order order{{}, {{"paid", true}}, "x", sys_seconds(std::chrono::seconds(0))};
  EXPECT_EQ(to_json(order),
            R"({"items":[],"flags":{"paid":true},"reference":"x","at":"1970-01-01T00:00:00Z"})");
}

TEST(Json, WritesScalars) {
  EXPECT_EQ(to_json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(to_json(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(to_json(0.1), "0.1");
  EXPECT_TRUE(std::signbit(from_json<double>(to_json(-0.0)).value()));
  EXPECT_EQ(to_json(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(to_json(std::string("\n\x01")), "\"\\u000a\\u0001\"");
  EXPECT_EQ(to_json(std::array<int, 2>{1, 2}), "[1,2]");
}

TEST(Json, ReadsWhatItWrites) {
  const Item item{"tea", -2, Price{"EUR", 0.25}, {"hot", "black"}};
  EXPECT_EQ(from_json<Item>(to_json(item)).value(), item);
  const auto order = from_json<Order>(
      R"({"items":[{"name":"a","count":1,"tags":[]}],"flags":{"x":false},"reference":7,
          "at":"2026-11-21T20:33:01Z","more":null})");
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->items.at(0).name, "a");
  EXPECT_EQ(std::get<int>(order->reference), 7);
  EXPECT_EQ(to_json(order->at), "\"2026-11-21T20:33:01Z\"");
}

TEST(Json, EnumerationsAreTheNamesOfTheirEnumerators) {
  EXPECT_EQ(to_json(Paint{Shade::Red, {kLarge, kSmall}}),
            R"({"color":"Red","sizes":["kLarge","kSmall"]})");
  const auto paint = from_json<Paint>(R"({"color":"Red","sizes":["kSmall","kLarge"]})").value();
  EXPECT_EQ(paint.color, Shade::Red);
  EXPECT_EQ(paint.sizes, (std::vector{kSmall, kLarge}));
  EXPECT_EQ(fault<Paint>(R"({"color":"red","sizes":[]})"),
            "color: one of 'Red', 'Green' is expected, 'red' found");
  EXPECT_EQ(fault<Paint>(R"({"color":1,"sizes":[]})"),
            "color: one of 'Red', 'Green' is expected, a whole number found");
  EXPECT_EQ(
      fault<std::vector<Size>>("[\"\\u000a" + std::string(50, 'x') + "\"]"),
      "[0]: one of 'kSmall', 'kLarge' is expected, '\\x0A" + std::string(39, 'x') + "...' found");
}

TEST(Json, WritesAnEnumerationValueWithoutANameAsItsNumber) {
  EXPECT_EQ(to_json(static_cast<Shade>(7)), "7");
  EXPECT_EQ(to_json(static_cast<Size>(200)), "200");
}

TEST(Json, NamesThePlaceOfAFault) {
  EXPECT_EQ(fault<Order>(R"({"items":[{"name":"a","count":1,"tags":["x",3]}]})"),
            "items[0].tags[1]: a string is expected, a whole number found");
  EXPECT_EQ(fault<Item>(R"({"name":"a"})"), "count: it is missing");
  EXPECT_EQ(fault<Item>(R"([1])"), "an object is expected, an array found");
  EXPECT_EQ(fault<SmallValues>(R"({"n":256})"), "n: a whole number from 0 to 255 is expected");
  EXPECT_EQ(fault<SmallValues>(R"({"n":-1})"), "n: a whole number from 0 to 255 is expected");
  EXPECT_EQ(fault<SmallValues>(R"({"n":1.5})"), "n: a whole number is expected, a number found");
  EXPECT_EQ(fault<double>("1e400"), "a number in its range is expected");
  EXPECT_EQ(fault<float>("-1e39"), "a number in its range is expected");
  EXPECT_EQ(fault<SmallValues>(R"({"n":1,"m":2})", UnknownMembers::Refuse), "m: it is not known");
  EXPECT_EQ(fault<sys_seconds>(R"("2026-13-01T00:00:00Z")"),
            "a time such as \"2026-11-21T20:33:01Z\" is expected, a string found");
}

/// Everything that is wrong with `text` as a T, one line each.
template <class T>
std::string faults(std::string_view text, std::size_t max_faults,
                   UnknownMembers unknown = UnknownMembers::Ignore) {
  const auto document = JsonDocument::parse(text).value();
  T into{};
  JsonReading reading(unknown, max_faults);
  const bool is_good = JsonType<T>::read(document.root(), into, reading);
  EXPECT_EQ(is_good, reading.faults().empty());
  return reading.message();
}

struct Jersey {
  std::string class_;
  std::optional<int> chest_width;
  int count = 0;
  static constexpr RenamedField kRenamedFields[] = {{"class_", "class"},
                                                    {"chest_width", "chest-width \u00fc"}};
};

TEST(Json, FieldsMayHaveDifferentNamesInJson) {
  const Jersey shirt{"plain", 40, 2};
  EXPECT_EQ(to_json(shirt), "{\"class\":\"plain\",\"chest-width \u00fc\":40,\"count\":2}");
  const auto back = from_json<Jersey>(to_json(shirt), UnknownMembers::Refuse).value();
  EXPECT_EQ(back.class_, "plain");
  EXPECT_EQ(back.chest_width, 40);
  EXPECT_EQ(faults<Jersey>(R"({"class":1,"class_":"x","chest-width \u00fc":"x"})", 10,
                           UnknownMembers::Refuse),
            "class: a string is expected, a whole number found\n"
            "chest-width \u00fc: a whole number is expected, a string found\n"
            "count: it is missing\nclass_: it is not known");
}

TEST(Json, StructsMayHaveManyFields) {
  struct Many {
    int a0 = 0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9;
    int c0 = 20, c1, c2, c3, c4, c5, c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9 = 39;
  };
  const std::string text = to_json(Many{});
  EXPECT_TRUE(text.starts_with(R"({"a0":0,"a1":0,)")) << text;
  EXPECT_TRUE(text.ends_with(R"("d8":0,"d9":39})")) << text;
  EXPECT_EQ(to_json(from_json<Many>(text).value()), text);
}

TEST(Json, ReportsAllFaultsAtOnce) {
  EXPECT_EQ(faults<Order>(R"({"items":[{"name":"a","count":"1","tags":["x",3]},7],
                              "flags":{"a":1,"b":true,"c":2},"at":"soon","more":1})",
                          10, UnknownMembers::Refuse),
            "items[0].count: a whole number is expected, a string found\n"
            "items[0].tags[1]: a string is expected, a whole number found\n"
            "items[1]: an object is expected, a whole number found\n"
            "flags.a: true or false is expected, a whole number found\n"
            "flags.c: true or false is expected, a whole number found\n"
            "reference: it is missing\n"
            "at: a time such as \"2026-11-21T20:33:01Z\" is expected, a string found\n"
            "more: it is not known");
  EXPECT_EQ((faults<std::array<int, 3>>(R"([1,"2",null])", 10)),
            "[1]: a whole number is expected, a string found\n"
            "[2]: a whole number is expected, null found");
}

TEST(Json, KeepsReadableElementsInTheirPlaces) {
  const auto document =
      JsonDocument::parse(R"({"name":"a","count":"x","tags":["x",3,"z"]})").value();
  Item item{.name = {}, .count = 5, .price = {}, .tags = {}};
  JsonReading reading(UnknownMembers::Ignore, 10);
  EXPECT_FALSE(JsonType<Item>::read(document.root(), item, reading));
  EXPECT_EQ(item, (Item{"a", 5, {}, {"x", "", "z"}}));
}

TEST(Json, StopsReadingAfterTheMaximumOfFaults) {
  std::string many = "[0";
  for (int i = 0; i < 1'000'000; ++i) many += ",0";
  const auto document = JsonDocument::parse(many + "]").value();
  std::vector<std::string> into;
  JsonReading reading(UnknownMembers::Ignore, 100);
  EXPECT_FALSE(JsonType<std::vector<std::string>>::read(document.root(), into, reading));
  EXPECT_TRUE(reading.is_full());
  EXPECT_EQ(reading.faults().size(), 100u);
  EXPECT_EQ(reading.faults().back().place, "[99]");
  EXPECT_EQ(into.size(), 100u);
}

TEST(Json, TruncatesALongNameAfterAWholeCharacter) {
  const std::string name(99, 'x');
  using Map = std::map<std::string, std::map<std::string, int>>;
  EXPECT_EQ(faults<Map>("{\"" + name + "\u00fcy\":{\"\\n\":true}}", 10),
            name + "....\n: a whole number is expected, true or false found");
  EXPECT_EQ(faults<Map>("{\"" + std::string(1'000'000, 'x') + "\":1}", 10).size(),
            103 + std::string_view(": an object is expected, a whole number found").size());
}

TEST(Json, LeavesANumberAsItWasWhenItIsOutOfRange) {
  for (const char* const text : {"1e300", "-1e300", "1e400", "[]"}) {
    const auto document = JsonDocument::parse(text);
    float number = 1.5;
    JsonReading reading(UnknownMembers::Ignore);
    EXPECT_FALSE(JsonType<float>::read(document->root(), number, reading));
    EXPECT_EQ(number, 1.5) << text;
  }
}

TEST(Json, LeavesAnOptionalAsItWasWhenItCannotBeRead) {
  const auto read = [](std::string_view text) {
    const auto document = JsonDocument::parse(text);
    Booking booking;
    JsonReading reading(UnknownMembers::Ignore, 10);
    EXPECT_FALSE(JsonType<Booking>::read(document->root(), booking, reading));
    return to_json(booking);
  };
  const std::string before = to_json(Booking());
  EXPECT_EQ(read(R"({"table":"x","seats":true,"price":2})"), before);
  EXPECT_EQ(read(R"({"table":[7]})"), before);
  EXPECT_EQ(read(R"({"seats":[2,"x"],"price":{"currency":"CHF"}})"),
            R"({"table":5,"seats":[2,0],"price":{"currency":"CHF","amount":0}})")
      << "what could be read of them counts";
}

TEST(Json, SaysWhichNameOccursTwiceHoweverItLooks) {
  const auto twice = [](const std::string& name) {
    return fault<SmallValues>("{\"" + name + "\":1,\"" + name + "\":2}");
  };
  EXPECT_EQ(twice(""), "the name '' occurs twice in an object");
  EXPECT_EQ(twice(std::string(1'000'000, 'x')),
            "the name '" + std::string(100, 'x') + "...' occurs twice in an object");
}

TEST(Json, RefusesTextThatIsNotJson) {
  EXPECT_EQ(fault<SmallValues>(R"({"n":1,"n":2})"), "the name 'n' occurs twice in an object");
  EXPECT_TRUE(fault<SmallValues>(R"({"n":1} x)").starts_with("not JSON, at byte "));
  for (const char* text :
       {"", "{", "{\"n\":1,}", "{'n':1}", "{n:1}", "// c\n{}", "[1 2]", "01", "+1", "\"\xff\"",
        "\"\xc0\xaf\"", "\"\x01\"", "nul", "1e", "\"\\ud800\""}) {
    EXPECT_FALSE(JsonDocument::parse(text)) << text;
  }
}

TEST(Json, RefusesDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(JsonDocument::parse(nested(JsonDocument::kMaxDepth)));
  EXPECT_FALSE(JsonDocument::parse(nested(JsonDocument::kMaxDepth + 1)));
  EXPECT_FALSE(JsonDocument::parse(nested(100'000)));
}

TEST(Json, StringsReadBackAsTheyWereWritten) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint16_t>& units) {
    std::string text;  // any characters of one and two bytes
    for (const std::uint16_t unit : units) {
      const unsigned c = unit % 0x800;
      if (c < 0x80) {
        text += static_cast<char>(c);
      } else {
        text += static_cast<char>(0xc0 | c >> 6);
        text += static_cast<char>(0x80 | (c & 0x3f));
      }
    }
    RC_ASSERT(from_json<std::string>(to_json(text)).value() == text);
  }));
}

TEST(Json, NumbersReadBackAsTheyWereWritten) {
  EXPECT_TRUE(rc::check([](std::int64_t whole, std::uint64_t natural, double number) {
    RC_ASSERT(from_json<std::int64_t>(to_json(whole)).value() == whole);
    RC_ASSERT(from_json<std::uint64_t>(to_json(natural)).value() == natural);
    RC_PRE(std::isfinite(number));
    RC_ASSERT(from_json<double>(to_json(number)).value() == number);
  }));
}

/// Its JSON may be `{}`.
struct LargeElement {
  std::optional<std::array<int, 256>> numbers;
};

TEST(Json, LimitsTheMemoryOfElements) {
  std::string list = "[";
  for (int i = 0; i < 1'000; ++i) list += "{},";
  list += "{}]";
  EXPECT_EQ(from_json<std::vector<LargeElement>>(list).error().message,
            "too many elements for the size of the document");
  std::string map = "{";
  for (int i = 0; i < 1'000; ++i) map += "\"" + std::to_string(i) + "\":{},";
  map += "\"last\":{}}";
  using Map = std::map<std::string, LargeElement>;
  EXPECT_EQ(from_json<Map>(map).error().message, "too many elements for the size of the document");
  EXPECT_EQ(from_json<std::vector<int>>("[" + std::string(1'000, ' ') + "1,2]"),
            (std::vector{1, 2}));
}

}  // namespace
}  // namespace mastic::json
