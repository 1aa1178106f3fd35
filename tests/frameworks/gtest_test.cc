#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mastic/testing/gtest.h>

#include "fails.h"

using mastic::testing::HasText;

TEST(GoogleTest, Passes) {
  mastic::testing::TestClient client(make_shop());
  EXPECT_THAT(client.get("/"), HasText("hello"));
}
