// Tests every wait that takes a duration with an unlimited, a zero and a negative one.

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "mastic/async/context_testing.h"
#include "mastic/async/event.h"
#include "mastic/async/sleep.h"
#include "mastic/async/when.h"
#include "mastic/async/with_timeout.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;
using base::Duration;

constexpr Duration kForEver = Duration::max();
const std::vector<Duration> kNoTime = {0s, -1s, Duration::min()};

Task<int> after(Duration length) {
  co_await sleep_for(length);
  co_return 7;
}

TEST(TaskWaits, ASleepMayLastForEver) {
  ManualExecutor executor;
  TestContext<int> context(executor, after(kForEver));
  executor.advance(24h * 365);
  ASSERT_FALSE(context.is_done());
  context.stop();
  executor.run();
  EXPECT_THROW((void)context.take(), Cancelled);
}

TEST(TaskWaits, ASleepOfZeroEndsAtOnce) {
  for (const Duration none : kNoTime) {
    ManualExecutor executor;
    TestContext<int> context(executor, after(none));
    executor.advance(0s);
    EXPECT_TRUE(context.is_done());
  }
}

TEST(TaskWaits, ATimeoutMayBeUnlimited) {
  EXPECT_EQ(run_to_end(with_timeout(after(30min), kForEver)), 7);
}

TEST(TaskWaits, ATimeoutOfZeroExpiresAtOnce) {
  for (const Duration none : kNoTime) {
    EXPECT_THROW(run_to_end(with_timeout(after(1ms), none)), TimedOut);
  }
}

TEST(TaskWaits, WhenAnyMayWaitForEver) {
  EXPECT_EQ(run_to_end(when_any(after(kForEver), after(30min))).index(), 1u);
}

}  // namespace
}  // namespace mastic::async
