// The clock of an application: every part of it sees the time that a test lets pass.

#include "mastic/base/clock.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "mastic/async/run_blocking.h"
#include "mastic/async/sleep.h"
#include "mastic/routing/router.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

using namespace std::chrono_literals;
using app::Request;
using app::Task;

/// The age of the application, as its parts saw it.
struct Seen {
  base::WallTime began = base::now();
  base::Instant steady = base::steady_now();
  base::Duration at_start{-1}, in_job{-1}, at_stop{-1}, at_end{-1};
  [[nodiscard]] base::Duration wall_age() const { return base::now() - began; }
  [[nodiscard]] base::Duration age() const { return base::steady_now() - steady; }
};

/// Reads the clock in its destructor, like a store that writes itself to a disk.
struct TimedStore {
  explicit TimedStore(Seen& all) : seen(all) {}
  ~TimedStore() { seen.at_end = seen.age(); }
  Seen& seen;
};

routing::Router make_clock_site(Seen& seen) {
  routing::Router site;
  site.own<TimedStore>(seen);
  site.on_start([&seen] { seen.at_start = seen.age(); });
  site.on_stop([&seen] { seen.at_stop = seen.age(); });
  site.in_background("look", [&seen]() -> Task<> {
    co_await async::sleep_for(1h);
    seen.in_job = seen.age();
  });
  site.get("/age", [&seen] { return std::to_string(seen.age() / 1h); });
  site.get("/wall", [&seen] { return std::to_string(seen.wall_age() / 1h); });
  site.get("/blocking", [&seen](Request&) -> Task<std::string> {
    auto look = [&seen] { return seen.age(); };
    const base::Duration age = co_await async::run_blocking(look);
    co_return std::to_string(age / 1h);
  });
  return site;
}

TEST(TestClock, IsSeenByHandlersAndTheirBlockingCode) {
  Seen seen;
  TestClient client(make_clock_site(seen));
  EXPECT_EQ(client.get("/age").text, "0");
  client.pass(3h);
  EXPECT_EQ(client.get("/age").text, "3");
  EXPECT_EQ(client.get("/wall").text, "3");
  EXPECT_EQ(client.get("/blocking").text, "3");
}

TEST(TestClock, IsSeenByHooksBackgroundTasksAndStores) {
  Seen seen;
  {
    TestClient client(make_clock_site(seen));
    EXPECT_LT(seen.at_start, 1min);
    client.pass(3h);
    EXPECT_EQ(seen.in_job / 1h, 1);
  }
  EXPECT_EQ(seen.at_stop / 1h, 3);
  EXPECT_EQ(seen.at_end / 1h, 3);
  EXPECT_LT(seen.age(), 1min) << "outside of the client the real clock is used";
}

TEST(TestClock, BelongsToItsClient) {
  Seen seen;
  TestClient one(make_clock_site(seen));
  TestClient other(make_clock_site(seen));
  one.pass(5h);
  EXPECT_EQ(one.get("/age").text, "5");
  EXPECT_EQ(other.get("/age").text, "0");
}

TEST(TestClock, LeavesTheMonotonicClockAloneWhenTheTimeOfDayJumps) {
  Seen seen;
  TestClient client(make_clock_site(seen));
  const auto leap_day = std::chrono::sys_days(std::chrono::year(2028) / 2 / 29);
  client.set_time(leap_day);
  EXPECT_EQ(client.now(), leap_day);
  EXPECT_EQ(client.get("/age").text, "0");
  client.set_time(seen.began - 90min);
  EXPECT_EQ(client.get("/wall").text, "-1");
  EXPECT_EQ(client.get("/age").text, "0");
  client.pass(4h);
  EXPECT_EQ(client.get("/age").text, "4");
}

TEST(TestClock, ShowsInTheDateOfAnAnswer) {
  Seen seen;
  TestClient client(make_clock_site(seen));
  client.set_time(std::chrono::sys_days(std::chrono::year(2028) / 2 / 29));
  client.pass(2s);  // a shard writes the date once a second
  EXPECT_EQ(client.get("/age").field("Date"), "Tue, 29 Feb 2028 00:00:02 GMT");
}

TEST(TestClient, LetsNoTimePassForAnAnswerThatIsThere) {
  const auto check = [](TestClient& client) {
    const auto before = client.now();
    for (int i = 0; i < 3; ++i) client.get("/").expect();
    EXPECT_EQ(client.now(), before);
  };
  const auto say_hello = [](Request&) -> Task<std::string> { co_return "hello"; };
  TestClient client(say_hello);
  check(client);
  TestClient direct = TestClient::direct(say_hello);
  check(direct);
}

}  // namespace
}  // namespace mastic::testing
