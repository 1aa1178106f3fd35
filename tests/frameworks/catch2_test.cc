#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include "fails.h"

TEST_CASE("says hello, politely") {
  mastic::testing::TestClient client(make_shop());
  CHECK(client.get("/").expect().text == "hello");
}

TEST_CASE("fails when asked", "[.][asked]") { ask_for_nothing(); }
TEST_CASE("fails when destroyed", "[.][destroyed]") { leave_the_till_open(); }
