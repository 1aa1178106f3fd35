#include "mastic/testing/interleave.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <string>

#include "mastic/async/run_blocking.h"
#include "mastic/async/sleep.h"
#include "mastic/routing/router.h"
#include "mastic/testing/test_client.h"
#include "mastic/testing/test_server.h"
#include "mastic/threads/event.h"

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

TEST(Interleave, DirectCallsAreInterleavedToo) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    RacyShop shop;
    TestClient ada = TestClient::direct(make_racy_shop(shop));
    TestClient ben = ada.another();
    const auto write = [](TestClient& client, const char* target) {
      return [&client, target] {
        for (int i = 0; i < 4; ++i) client.post(target, "").expect();
      };
    };
    interleave({write(ada, "/note/a"), write(ben, "/note/b")}, seed);
    orders.insert(shop.order);
  }
  EXPECT_GT(orders.size(), 2u);
}

TEST(Interleave, EachScriptNeedsAClientOfItsOwn) {
  RacyShop shop;
  TestClient client(make_racy_shop(shop));
  const auto take = [&] { client.post("/take", "").expect(); };
  try {
    interleave({take, take}, 1);
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_TRUE(std::string(error.what()).contains("this client is in the middle of another call"))
        << error.what();
  }
}

TEST(Interleave, AScriptMayWaitForWhatAnotherOneDoesToALiveServer) {
  threads::Event noted;
  routing::Router site;
  site.get("/wait", [&]() -> Task<std::string> {
    co_await async::run_blocking([&] { noted.wait(); });
    co_return "noted";
  });
  site.post("/note", [&] {
    noted.set();
    return "";
  });
  TestServer server(std::move(site));
  TestClient ada = TestClient::connect(server.url());
  TestClient ben = TestClient::connect(server.url());
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    interleave({[&] { EXPECT_EQ(ada.get("/wait").text, "noted"); }, [&] { ben.post("/note", ""); }},
               seed);
  }
}

}  // namespace
}  // namespace mastic::testing
