// The hooks and background tasks of an application, from its start to its end.

#include <gtest/gtest.h>

#include <stdexcept>

#include "mastic/async/sleep.h"
#include "mastic/routing/router.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

using namespace std::chrono_literals;
using app::App;
using app::Task;
using routing::Router;

struct LifecycleTest : ::testing::Test {
  /// A router that records its start, its calls and its end under `name`.
  Router noting(const std::string& name) {
    Router router;
    router.on_start([this, name] { events.push_back("start " + name); });
    router.on_stop([this, name] { events.push_back("stop " + name); });
    router.get("/", [this, name] {
      events.push_back("call " + name);
      return name;
    });
    return router;
  }
  std::vector<std::string> events;
};

TEST_F(LifecycleTest, HooksRunBeforeTheFirstRequestAndAfterTheLast) {
  {
    TestClient client(noting("site"));
    EXPECT_EQ(events, std::vector<std::string>{"start site"});
    EXPECT_EQ(client.get("/").text, "site");
  }
  EXPECT_EQ(events, (std::vector<std::string>{"start site", "call site", "stop site"}));
}

TEST_F(LifecycleTest, StartsAndStopsApplicationsInsideToo) {
  {
    Router site = noting("site");
    site.mount("/a", app::wrap([](App inner) { return inner; }, noting("mount")));
    site.host("b.example", noting("host"));
    site.get("/c", App(noting("route")));
    TestClient client(std::move(site));
    EXPECT_EQ(client.get("/a/").text, "mount");
    events.clear();
  }
  EXPECT_EQ(events,
            (std::vector<std::string>{"stop host", "stop mount", "stop route", "stop site"}));
}

TEST_F(LifecycleTest, AFailedStartIsReportedWithItsReason) {
  Router site;
  site.on_start([] { throw std::runtime_error("the database is locked"); });
  const std::string line = std::to_string(std::source_location::current().line() + 2);
  try {
    TestClient client(std::move(site));
    FAIL() << "it started";
  } catch (const std::logic_error& error) {
    EXPECT_EQ(error.what(),
              "lifecycle_test.cc:" + line +
                  ": TestClient: on_start failed: std::runtime_error: the database is locked");
  }
}

TEST_F(LifecycleTest, ATaskRunsBesideTheRequests) {
  Router site;
  int& ticks = site.own<int>(0);
  bool ended = false;
  site.get("/", [&ticks] { return std::to_string(ticks); });
  site.in_background("clock", [&]() -> Task<> {
    struct Note {
      ~Note() { flag = true; }
      bool& flag;
    } const note{ended};
    while (true) {
      co_await async::sleep_for(1s);
      ++ticks;
    }
  });
  {
    TestClient client(std::move(site));
    EXPECT_EQ(client.get("/").text, "0");
    client.pass(3500ms);
    EXPECT_EQ(client.get("/").text, "3");
    EXPECT_FALSE(ended);
  }
  EXPECT_TRUE(ended);
}

TEST_F(LifecycleTest, AFailedTaskIsLoggedAndTheSiteKeepsServing) {
  Router site;
  site.get("/", [] { return "here"; });
  constexpr int kAwait = __LINE__ + 2;
  site.in_background("mail", []() -> Task<> {
    co_await async::sleep_for(1s);
    throw std::runtime_error("no route to host");
  });
  TestClient client(std::move(site));
  client.expect_errors("no route to host");
  client.pass(2s);
  EXPECT_EQ(client.get("/").text, "here");
  ASSERT_EQ(client.log().size(), 1u);
  const std::string expected =
      "error app: the background task 'mail' failed: std::runtime_error: no route to host (at "
      "lifecycle_test.cc:" +
      std::to_string(kAwait) + ", ";
  EXPECT_TRUE(client.log()[0].starts_with(expected)) << client.log()[0];
}

TEST_F(LifecycleTest, HooksTasksAndStoresWriteToTheLog) {
  struct Store {
    explicit Store(app::AppLog its_log) : log(std::move(its_log)) { log.info("made"); }
    ~Store() { log.info("gone"); }
    app::AppLog log;
  };
  Router site;
  site.own<Store>(site.log("store"));
  site.on_start([log = site.log()] { log.info("begins"); });
  site.in_background("expire", [log = site.log("expire")]() -> Task<> {
    co_await async::sleep_for(1h);
    log.info("forgot ", 3, " sessions");
  });
  Router below;
  below.on_start([log = below.log("below")] { log.debug("here, too"); });
  site.mount("/below", std::move(below));
  TestClient client(std::move(site));
  client.pass(1h);
  EXPECT_EQ(client.log(), (std::vector<std::string>{"info app: begins", "debug below: here, too",
                                                    "info expire: forgot 3 sessions"}));
}

TEST_F(LifecycleTest, ATaskMayEndAtOnce) {
  Router site;
  site.get("/", [] { return "here"; });
  site.in_background("nothing", []() -> Task<> { co_return; });
  TestClient client(std::move(site));
  EXPECT_EQ(client.get("/").text, "here");
}

}  // namespace
}  // namespace mastic::testing
