#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

using mastic::Status;
using mastic::testing::TestClient;

TEST(Site, GreetsByName) {
  TestClient client(make_site({.greeting = "Good morning"}));
  EXPECT_EQ(client.get("/hi/Ada").text, "Good morning, Ada!\n");
}

TEST(Site, GreetsTheWorld) {
  TestClient client(make_site({}));
  EXPECT_EQ(client.get("/").text, "Hello, world!\n");
}

TEST(Site, AnswersNothingElse) {
  TestClient client(make_site({}));
  EXPECT_EQ(client.get("/hi/").status, Status::NotFound);
  EXPECT_EQ(client.post("/", "").status, Status::MethodNotAllowed);
}
