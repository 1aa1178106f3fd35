#include "mastic/base/uuid.h"

#include <gtest/gtest.h>

namespace mastic::base {
namespace {

TEST(Uuid, ReadsAndWritesItsOneForm) {
  const auto uuid = Uuid::parse("F81D4FAE-7dec-11d0-a765-00a0c91e6bf6");
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->bytes[0], 0xf8);
  EXPECT_EQ(uuid->bytes[15], 0xf6);
  EXPECT_EQ(uuid->to_string(), "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
}

TEST(Uuid, RefusesEverythingElse) {
  for (const char* text :
       {"", "f81d4fae7dec11d0a76500a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
        "g81d4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf67",
        "f81d4fae+7dec-11d0-a765-00a0c91e6bf6", "{81d4fae-7dec-11d0-a765-00a0c91e6bf}"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
}

}  // namespace
}  // namespace mastic::base
