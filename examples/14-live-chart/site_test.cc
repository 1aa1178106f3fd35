#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

#include "machine_load.h"
#include "recorder.h"

using namespace std::chrono_literals;
using mastic::testing::TestClient;
using mastic::testing::TestEvent;

namespace {

/// A site whose load is 1 %, 2 %, 3 % and so on.
struct LiveChart : testing::Test {
  TestClient client{make_site(PUBLIC_DIR, [load = -1.0]() mutable { return ++load; })};

  std::vector<Sample> samples() { return client.get("/samples").json<std::vector<Sample>>(); }
};

double load_of(const std::optional<TestEvent>& event) {
  const auto sample = mastic::from_json<Sample>(event.value().data);
  return sample.value().load;
}

}  // namespace

TEST_F(LiveChart, KeepsTheSamplesOfTwoMinutes) {
  client.pass(1s);
  ASSERT_EQ(samples().size(), 2u);
  EXPECT_EQ(samples()[0].load, 1);
  EXPECT_EQ(samples()[1].at - samples()[0].at, 500);
  client.pass(3min);
  EXPECT_EQ(samples().size(), Recorder::kMaxSamples);
}

TEST_F(LiveChart, SendsNewSamples) {
  client.pass(1s);
  auto events = client.events("/samples/events");
  EXPECT_EQ(load_of(events.next()), 3);
  EXPECT_EQ(load_of(events.next()), 4);
}

TEST_F(LiveChart, SendsWhatAPageHasMissed) {
  auto events = client.events("/samples/events");
  EXPECT_EQ(load_of(events.next()), 1);
  events.leave();
  client.pass(10s);
  events.reconnect();
  for (int load = 2; load <= 22; ++load) EXPECT_EQ(load_of(events.next()), load);
}

TEST_F(LiveChart, TellsAPageThatItHasMissedTooMuch) {
  auto events = client.events("/samples/events");
  EXPECT_EQ(load_of(events.next()), 1);
  events.leave();
  client.pass(3min);
  events.reconnect();
  EXPECT_EQ(events.next()->name, "reset");
}

TEST(MachineLoad, IsAPercentage) {
  MachineLoad load;
  EXPECT_EQ(load(), 0);
  const double now = load();
  EXPECT_GE(now, 0);
  EXPECT_LE(now, 100);
}
