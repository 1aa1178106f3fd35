#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

using mastic::Status;
using mastic::testing::TestClient;

TEST(Hello, GreetsByName) {
  TestClient client(make_site());
  EXPECT_EQ(client.get("/hi/Ada").text, "Hello, Ada!\n");
  EXPECT_EQ(client.get("/hi/J%C3%B6rg").text, "Hello, J\xc3\xb6rg!\n");
}

TEST(Hello, GreetsTheWorld) {
  TestClient client(make_site());
  EXPECT_EQ(client.get("/").text, "Hello, world!\n");
}

TEST(Hello, AnswersNothingElse) {
  TestClient client(make_site());
  EXPECT_EQ(client.get("/hi/").status, Status::NotFound);
  EXPECT_EQ(client.post("/", "").status, Status::MethodNotAllowed);
}
