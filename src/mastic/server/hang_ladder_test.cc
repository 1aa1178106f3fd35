#include "mastic/server/hang_ladder.h"

#include <gtest/gtest.h>

#include <vector>

namespace mastic::server {
namespace {

using namespace std::chrono_literals;
using Step = HangLadder::Step;

/// A handler that holds thread 7 from `start` on, and the steps that are due against it.
struct HangLadderTest : testing::Test {
  HangLadderTest() {
    options.hung_after = 10s;
    options.cancel_after = 30s;
    options.abandon_after = 5s;
    ladder.left_behind(7, start);
  }
  /// Looks at the handler when it has held its thread for `time`, and takes every step that is due.
  std::vector<Step> look_after(base::Duration time) {
    const HangLadder::Held held = ladder.held();
    ladder.look_at(held);
    std::vector<Step> taken;
    while (held.thread != 0) {
      const Step step = ladder.due(held, start + time, options);
      if (step == Step::None) break;
      ladder.took(step);
      taken.push_back(step);
    }
    return taken;
  }
  [[nodiscard]] base::Duration next_look() const {
    return ladder.next_due(ladder.held(), options) - start;
  }

  Options options;
  base::Instant start{1h};
  HangLadder ladder;
};

TEST_F(HangLadderTest, TakesEachStepOnceAndInOrder) {
  EXPECT_EQ(look_after(9s), std::vector<Step>());
  EXPECT_EQ(next_look(), 10s);
  EXPECT_EQ(look_after(10s), std::vector<Step>{Step::Logged});
  EXPECT_EQ(look_after(11s), std::vector<Step>());
  EXPECT_EQ(next_look(), 30s);
  EXPECT_EQ(look_after(30s), std::vector<Step>{Step::Cancelled});
  EXPECT_EQ(next_look(), 35s);
  EXPECT_EQ(look_after(35s), std::vector<Step>{Step::WrittenOff});
  EXPECT_EQ(ladder.last(), Step::WrittenOff);
}

TEST_F(HangLadderTest, ALateLookTakesAllDueSteps) {
  EXPECT_EQ(look_after(60s), (std::vector<Step>{Step::Logged, Step::Cancelled, Step::WrittenOff}));
}

TEST_F(HangLadderTest, BeginsAgainWithAnotherThread) {
  EXPECT_EQ(look_after(10s), std::vector<Step>{Step::Logged});
  ladder.came_back();
  EXPECT_EQ(ladder.held().thread, 0);
  ladder.begins_elsewhere(8, start + 12s);
  EXPECT_EQ(ladder.held().thread, 8);
  EXPECT_EQ(look_after(15s), std::vector<Step>());
  EXPECT_EQ(look_after(22s), std::vector<Step>{Step::Logged});
  ladder.ends_elsewhere();
  EXPECT_EQ(look_after(60s), std::vector<Step>());
  EXPECT_EQ(ladder.last(), Step::None);
}

}  // namespace
}  // namespace mastic::server
