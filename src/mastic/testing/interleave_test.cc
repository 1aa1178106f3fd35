#include "mastic/testing/interleave.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <string>

#include "mastic/async/sleep.h"
#include "mastic/routing/router.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

using app::Request;
using app::Task;
using namespace std::chrono_literals;

/// A counter that is read, and written after a while: two clients at the same time lose a count.
struct RacyShop {
  int stock = 10;
  std::string order;
};

routing::Router make_racy_shop(RacyShop& shop) {
  routing::Router site;
  site.post("/take", [&shop](Request&) -> Task<std::string> {
    const int before = shop.stock;
    co_await async::sleep_for(1s);
    shop.stock = before - 1;
    co_return std::to_string(shop.stock);
  });
  site.post("/note/{who}", [&shop](Request& request) {
    shop.order += request.value("who");
    return "noted";
  });
  return site;
}

std::string order_with(std::uint64_t seed) {
  RacyShop shop;
  TestClient ada(make_racy_shop(shop));
  TestClient ben = ada.another();
  const auto write = [](TestClient& client, const char* target) {
    return [&client, target] {
      for (int i = 0; i < 4; ++i) client.post(target, "").expect();
    };
  };
  interleave({write(ada, "/note/a"), write(ben, "/note/b")}, seed);
  return shop.order;
}

TEST(Interleave, TheSeedDecidesTheOrder) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::string order = order_with(seed);
    EXPECT_EQ(order.size(), 8u);
    EXPECT_EQ(order, order_with(seed)) << "the same seed, the same order";
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 5u);
}

TEST(Interleave, RequestsOverlap) {
  RacyShop shop;
  TestClient ada(make_racy_shop(shop));
  TestClient ben = ada.another();
  const base::WallTime before = ada.now();
  interleave({[&] { ada.post("/take", "").expect(); }, [&] { ben.post("/take", "").expect(); }}, 1);
  EXPECT_EQ(shop.stock, 9) << "one of the two counts is lost";
  EXPECT_LT(ada.now() - before, 2s) << "both waited at the same time";
}

TEST(Interleave, AFailureNamesTheSeed) {
  RacyShop shop;
  TestClient client(make_racy_shop(shop));
  bool other_has_ended = false;
  try {
    interleave({[] { throw std::runtime_error("out of tea"); },
                [&] {
                  client.post("/take", "").expect();
                  other_has_ended = true;
                }},
               77);
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(), "out of tea\nThe order of the scripts: MASTIC_SEED=77");
  }
  EXPECT_TRUE(other_has_ended);
}

}  // namespace
}  // namespace mastic::testing
