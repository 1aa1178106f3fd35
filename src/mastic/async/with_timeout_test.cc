#include "mastic/async/with_timeout.h"

#include <gtest/gtest.h>

#include "mastic/async/context_testing.h"
#include "mastic/async/sleep.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

Task<int> after(base::Duration time, int value) {
  co_await sleep_for(time);
  co_return value;
}

TEST(WithTimeout, GivesAResultThatCameInTime) {
  EXPECT_EQ(run_to_end(with_timeout(after(9ms, 7), 10ms)), 7);
}

TEST(WithTimeout, GivesAReadyValueEvenWithALimitOfZero) {
  EXPECT_EQ(run_to_end(with_timeout(Task<int>(7), 0ms)), 7);
}

TEST(WithTimeout, ThrowsWhenTheLimitHasPassed) {
  EXPECT_THROW(run_to_end(with_timeout(after(11ms, 7), 10ms)), TimedOut);
  EXPECT_THROW(run_to_end(with_timeout(sleep_for(1h), 10ms)), TimedOut);
}

TEST(WithTimeout, EndsWhenTheLimitHasPassed) {
  ManualExecutor executor;
  TestContext<int> context(executor, with_timeout(after(1h, 7), 10ms));
  executor.advance(9ms);
  EXPECT_FALSE(context.is_done());
  executor.advance(1ms);
  EXPECT_TRUE(context.is_done());
}

Task<int> slow_to_end() {
  try {
    co_await sleep_for(1h);
  } catch (const Cancelled&) {
    co_return 5;
  }
  co_return 0;
}

TEST(WithTimeout, GivesAValueThatCameDespiteTheCancellation) {
  EXPECT_EQ(run_to_end(with_timeout(slow_to_end(), 10ms)), 5);
}

Task<int> two_limits() {
  int timeouts = 0;
  for (int i = 0; i < 2; ++i) {
    try {
      co_await with_timeout(sleep_for(1h), 10ms);
    } catch (const TimedOut&) {
      ++timeouts;
    }
  }
  co_await sleep_for(1ms);  // only the inner task was stopped
  co_return timeouts;
}

TEST(WithTimeout, DoesNotAffectTheSurroundingTask) { EXPECT_EQ(run_to_end(two_limits()), 2); }

TEST(WithTimeout, MayBeNested) {
  EXPECT_THROW(run_to_end(with_timeout(with_timeout(after(1h, 1), 30ms), 10ms)), TimedOut);
  EXPECT_THROW(run_to_end(with_timeout(with_timeout(after(1h, 1), 10ms), 30ms)), TimedOut);
}

TEST(WithTimeout, ThrowsCancelledWhenStoppedFromOutside) {
  ManualExecutor executor;
  TestContext<int> context(executor, with_timeout(after(1h, 7), 30min));
  executor.run();
  context.stop();
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), Cancelled);
}

TEST(WithTimeout, MayBeDestroyedWhileItWaits) {
  ManualExecutor executor;
  {
    TestContext<int> context(executor, with_timeout(after(1h, 7), 30min));
    executor.run();
  }
  executor.advance(1h);
}

struct LimitedError {};
Task<> failing() {
  co_await sleep_for(1ms);
  throw LimitedError();
}

TEST(WithTimeout, ThrowsWhatTheTaskThrows) {
  EXPECT_THROW(run_to_end(with_timeout(failing(), 10ms)), LimitedError);
}

/// Result and timeout at the same moment: the await gives one of the two.
TEST(WithTimeout, DecidesARace) {
  int values = 0;
  int timeouts = 0;
  for (const base::Duration time : {9ms, 10ms, 11ms}) {
    try {
      values += run_to_end(with_timeout(after(time, 1), 10ms));
    } catch (const TimedOut&) {
      ++timeouts;
    }
  }
  EXPECT_EQ(values + timeouts, 3);
  EXPECT_GE(values, 1);
  EXPECT_GE(timeouts, 1);
}

}  // namespace
}  // namespace mastic::async
