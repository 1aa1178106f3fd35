#include "mastic/http/fields.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace mastic::http {
namespace {

TEST(FieldName, IsFoundWithoutRegardToCase) {
  for (std::size_t i = 1; i < kFieldNameCount; ++i) {
    const auto name = static_cast<FieldName>(i);
    std::string shouted(to_string(name));
    for (char& c : shouted) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(find_field_name(to_string(name)), name);
    EXPECT_EQ(find_field_name(shouted), name) << shouted;
    EXPECT_EQ(find_field_name(shouted + "X"), FieldName::Other) << shouted;
  }
  EXPECT_EQ(find_field_name(""), FieldName::Other);
  EXPECT_EQ(find_field_name("X-Request-Id"), FieldName::Other);
  EXPECT_EQ(find_field_name("Hosu"), FieldName::Other);
}

TEST(Fields, KeepOrderAndRepeats) {
  Fields fields;
  fields.add("Set-Cookie", "a=1");
  fields.add(FieldName::Vary, "Accept");
  fields.add("set-cookie", "b=2");
  EXPECT_EQ(fields.lines(), "Set-Cookie: a=1\r\nVary: Accept\r\nset-cookie: b=2\r\n");
  EXPECT_EQ(fields.get("SET-COOKIE"), "a=1");
  EXPECT_EQ(fields.view().count(FieldName::SetCookie), 2u);
  EXPECT_EQ(fields.view().joined(FieldName::SetCookie), "a=1, b=2");
}

TEST(Fields, SetReplacesAllOfAName) {
  Fields fields;
  for (const char* value : {"1", "2", "3"}) fields.add("X-A", value);
  fields.add("X-B", "b");
  fields.set("x-a", "4");
  EXPECT_EQ(fields.lines(), "X-B: b\r\nx-a: 4\r\n");
  fields.remove("X-b");
  EXPECT_EQ(fields.lines(), "x-a: 4\r\n");
  EXPECT_EQ(fields.get("X-A"), "4");
  EXPECT_FALSE(fields.get("X-B"));
}

TEST(Fields, ShareUntilOneChanges) {
  Fields original;
  original.add("X-A", "a");
  const Fields shared = Fields::sharing(original);
  EXPECT_EQ(shared.lines().data(), original.lines().data());
  EXPECT_EQ(shared.get("x-a"), "a");
  EXPECT_FALSE(shared.empty());
  Fields added = shared;
  added.add("X-B", "b");
  EXPECT_EQ(added.lines(), "X-A: a\r\nX-B: b\r\n");
  Fields removed = shared;
  removed.remove("X-A");
  EXPECT_TRUE(removed.empty());
  Fields cleared = shared;
  cleared.clear();
  EXPECT_TRUE(cleared.empty());
  Fields moved = std::move(cleared);
  moved = Fields::sharing(shared);
  EXPECT_EQ(moved.lines(), "X-A: a\r\n");
  EXPECT_EQ(original.lines(), "X-A: a\r\n");
}

TEST(Fields, HoldManyAndLong) {
  Fields fields;
  for (int i = 0; i < 50; ++i) fields.add("X-" + std::to_string(i), std::string(100, 'v'));
  const Fields copy = fields;
  const Fields moved = std::move(fields);
  for (const Fields* each : {&copy, &moved}) {
    EXPECT_EQ(each->view().size(), 50u);
    EXPECT_EQ(each->get("x-49"), std::string(100, 'v'));
  }
}

TEST(Fields, RefuseWhatWouldSplitAMessage) {
  Fields fields;
  for (const char* value : {"a\r\nB: c", "a\nb", "a\rb", "\x01", "\x7f", " a", "a ", "\ta"}) {
    EXPECT_THROW(fields.add("X", value), std::invalid_argument) << value;
  }
  EXPECT_THROW(fields.add("X", std::string_view("a\0b", 3)), std::invalid_argument);
  for (const char* name : {"", "a b", "a:", "a\r\n", "\xc3\xa9", "a\t"}) {
    EXPECT_THROW(fields.add(name, "v"), std::invalid_argument) << name;
  }
  EXPECT_TRUE(fields.empty());
  fields.add("X", "tab\tinside and \xc3\xa9 pass");
}

}  // namespace
}  // namespace mastic::http
