#include "mastic/json/tag.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mastic/json/json.h"

namespace mastic::json {
namespace tag_test {

struct Say {
  static constexpr JsonTag kJsonTag{"say"};
  std::string text;
  std::optional<int> to;
};
struct Join {
  static constexpr JsonTag kJsonTag{"join"};
  std::string room;
};
struct Leave {
  static constexpr JsonTag kJsonTag{"leave"};
};
using FromPage = std::variant<Say, Join, Leave>;

struct Circle {
  static constexpr JsonTag kJsonTag{.value = "circle", .member = "kind"};
  double radius = 0;
};
struct Drawing {
  std::vector<std::variant<Circle>> shapes;
};

std::string fault_of(std::string_view text, UnknownMembers unknown = UnknownMembers::Ignore) {
  const auto read = from_json<FromPage>(text, unknown);
  return read ? "" : read.error().message;
}

TEST(JsonTag, IsWrittenBeforeTheFields) {
  EXPECT_EQ(to_json(Say{"hi", 3}), R"({"type":"say","text":"hi","to":3})");
  EXPECT_EQ(to_json(Leave{}), R"({"type":"leave"})");
  EXPECT_EQ(to_json(FromPage(Join{"tea"})), R"({"type":"join","room":"tea"})");
  EXPECT_EQ(to_json(Drawing{{Circle{2.5}}}), R"({"shapes":[{"kind":"circle","radius":2.5}]})");
}

TEST(JsonTag, SaysWhichAlternativeIsRead) {
  const auto say = from_json<FromPage>(R"({"text":"hi","type":"say"})");
  ASSERT_TRUE(say) << say.error().message;
  EXPECT_EQ(std::get<Say>(*say).text, "hi");
  const auto leave = from_json<FromPage>(R"({"type":"leave"})");
  ASSERT_TRUE(leave);
  EXPECT_TRUE(std::holds_alternative<Leave>(*leave));
}

TEST(JsonTag, OfAStructAloneMustBeThere) {
  EXPECT_TRUE(from_json<Say>(R"({"type":"say","text":"hi"})"));
  const auto other = from_json<Say>(R"({"type":"join","text":"hi"})");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "type: 'say' is expected, 'join' found");
}

TEST(JsonTag, ThatIsWrongIsAnsweredWithThoseThatAreAllowed) {
  EXPECT_EQ(fault_of(R"({"type":"shout"})"),
            "type: one of 'say', 'join', 'leave' is expected, 'shout' found");
  EXPECT_EQ(fault_of(R"({"type":7})"),
            "type: one of 'say', 'join', 'leave' is expected, a whole number found");
  EXPECT_EQ(fault_of(R"({"text":"hi"})"),
            "type: it is missing; one of 'say', 'join', 'leave' is expected");
  EXPECT_EQ(fault_of("[]"), "an object is expected, an array found");
}

TEST(JsonTag, LetsFaultsNameThePlaceInTheAlternative) {
  EXPECT_EQ(fault_of(R"({"type":"say","text":1})"),
            "text: a string is expected, a whole number found");
  EXPECT_EQ(fault_of(R"({"type":"join"})"), "room: it is missing");
  const auto drawing = from_json<Drawing>(R"({"shapes":[{"kind":"circle","radius":"wide"}]})");
  ASSERT_FALSE(drawing);
  EXPECT_EQ(drawing.error().message, "shapes[0].radius: a number is expected, a string found");
  const auto square = from_json<Drawing>(R"({"shapes":[{"kind":"square"}]})");
  ASSERT_FALSE(square);
  EXPECT_EQ(square.error().message, "shapes[0].kind: 'circle' is expected, 'square' found");
}

TEST(JsonTag, IsAKnownMember) {
  EXPECT_EQ(fault_of(R"({"type":"leave"})", UnknownMembers::Refuse), "");
  EXPECT_EQ(fault_of(R"({"type":"leave","now":true})", UnknownMembers::Refuse),
            "now: it is not known");
}

TEST(JsonTag, IsNotNeededByVariantsOfOtherTypes) {
  const auto number = from_json<std::variant<int, Say>>("5");
  ASSERT_TRUE(number);
  EXPECT_EQ(std::get<int>(*number), 5);
  EXPECT_TRUE((from_json<std::variant<int, Say>>(R"({"type":"say","text":"hi"})")));
}

}  // namespace tag_test
}  // namespace mastic::json
