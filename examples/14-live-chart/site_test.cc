#include "site.h"

#include <gtest/gtest.h>
#include <mastic/testing/test_client.h>

#include "machine_load.h"
#include "recorder.h"

using namespace std::chrono_literals;
using mastic::testing::TestClient;

namespace {

/// A site whose load is 1 %, 2 %, 3 % and so on.
struct LiveChart : testing::Test {
  TestClient client{make_site(PUBLIC_DIR, [load = -1.0]() mutable { return ++load; })};

  std::vector<Sample> samples() { return client.get("/samples").json<std::vector<Sample>>(); }
};

}  // namespace

TEST_F(LiveChart, KeepsTheSamplesOfTwoMinutes) {
  client.pass(1s);
  ASSERT_EQ(samples().size(), 2u);
  EXPECT_EQ(samples()[0].load, 1);
  EXPECT_EQ(samples()[1].at - samples()[0].at, 500);
  client.pass(3min);
  EXPECT_EQ(samples().size(), Recorder::kMaxSamples);
}

TEST(MachineLoad, IsAPercentage) {
  MachineLoad load;
  EXPECT_EQ(load(), 0);
  const double now = load();
  EXPECT_GE(now, 0);
  EXPECT_LE(now, 100);
}
