#include "mastic/http/entity_tag.h"

#include <gtest/gtest.h>

namespace mastic::http {
namespace {

TEST(EntityTag, IsQuotedAndPerhapsWeak) {
  EXPECT_EQ(EntityTag::parse("\"x\"")->opaque, "\"x\"");
  EXPECT_FALSE(EntityTag::parse("\"\"")->weak);
  EXPECT_TRUE(EntityTag::parse("W/\"x\"")->weak);
  for (const char* text :
       {"", "x", "\"x", "x\"", "w/\"x\"", "W/x", "\"x\" ", "\"a b\"", "\"a\"b\"", "*"}) {
    EXPECT_FALSE(EntityTag::parse(text)) << text;
  }
}

TEST(EntityTag, ListsAreReadInLinearTime) {
  std::string list;
  for (int i = 0; i < 8000; ++i) list += "\"b\", ";
  EXPECT_FALSE(list_matches(list, *EntityTag::parse("\"a\""), weak_match));
  EXPECT_TRUE(list_matches(list + "\"a\"", *EntityTag::parse("\"a\""), weak_match));
}

}  // namespace
}  // namespace mastic::http
