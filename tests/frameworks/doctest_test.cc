#include <doctest/doctest.h>

#include "fails.h"

TEST_CASE("says hello") {
  mastic::testing::TestClient client(make_shop());
  CHECK(client.get("/").expect().text == "hello");
}

TEST_CASE("asked" * doctest::skip()) { ask_for_nothing(); }
TEST_CASE("destroyed" * doctest::skip()) { leave_the_till_open(); }
