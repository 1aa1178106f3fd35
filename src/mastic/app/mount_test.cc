#include "mastic/app/mount.h"

#include <gtest/gtest.h>

namespace mastic::app {
namespace {

TEST(Mount, PrefixesHaveOneForm) {
  EXPECT_EQ(normalize_prefix("/a/b/"), "/a/b");
  EXPECT_EQ(normalize_prefix("/"), "");
  EXPECT_EQ(normalize_prefix(""), "");
  EXPECT_EQ(normalize_prefix("/a/./b/."), "/a/b");
  EXPECT_EQ(normalize_prefix("/caf\xc3\xa9 x"), "/caf%C3%A9%20x");
  for (const char* const prefix : {"a", "/a?b", "/{a}", "/%41", "/../a"}) {
    EXPECT_EQ(normalize_prefix(prefix), std::nullopt) << prefix;
  }
}

TEST(Mount, TakesWholeSegments) {
  EXPECT_TRUE(takes_path("/docs", "/docs"));
  EXPECT_TRUE(takes_path("/docs", "/docs/x"));
  EXPECT_FALSE(takes_path("/docs", "/docsx"));
  EXPECT_FALSE(takes_path("/docs", "/doc"));
}

}  // namespace
}  // namespace mastic::app
