#include "demo.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

using mastic::testing::TestClient;

TEST(Demo, SetsAFieldOfEveryAnswer) {
  const mastic::App inner = [] { return "tea\n"; };
  TestClient client(make_demo({.field = "X-Kind", .value = "green"})(inner));
  const auto answer = client.get("/");
  EXPECT_EQ(answer.field("X-Kind"), "green");
  EXPECT_EQ(answer.text, "tea\n");
}
