#include "mastic/async/run_blocking.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "mastic/async/blocking_executor_testing.h"
#include "mastic/async/context_testing.h"
#include "mastic/async/sleep.h"
#include "mastic/async/with_timeout.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

/// An executor whose blocking work the test runs by hand.
struct RunBlocking : testing::Test {
  RunBlocking() { executor.set_blocking_executor(blocking_executor); }
  void run_one() {
    executor.run();
    blocking_executor.take().run();
    executor.run();
  }
  ManualBlockingExecutor blocking_executor{1};
  ManualExecutor executor;
};

Task<std::string> spelt() {
  auto owned = std::make_unique<std::string>("spelt");
  const auto spell = [owned = std::move(owned)] { return *owned + " out"; };
  co_return co_await run_blocking(spell);
}

TEST_F(RunBlocking, GivesTheResultOfTheFunction) {
  TestContext<std::string> context(executor, spelt());
  executor.run();
  EXPECT_FALSE(context.is_done());
  run_one();
  ASSERT_TRUE(context.is_done());
  EXPECT_EQ(context.take(), "spelt out");
}

TEST_F(RunBlocking, RunsImmediatelyWithoutThreads) {
  executor.set_blocking_executor(inline_blocking_executor());
  TestContext<std::string> context(executor, spelt());
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_EQ(context.take(), "spelt out");
}

struct BlockingError {};

Task<> throwing() {
  co_await run_blocking([] { throw BlockingError(); });
}

TEST_F(RunBlocking, ThrowsWhatTheFunctionThrows) {
  TestContext<void> context(executor, throwing());
  run_one();
  EXPECT_THROW(context.take(), BlockingError);
}

TEST_F(RunBlocking, IsRefusedWhenTheQueueIsFull) {
  TestContext<std::string> first(executor, spelt());
  TestContext<std::string> second(executor, spelt());
  executor.run();
  EXPECT_FALSE(first.is_done());
  ASSERT_TRUE(second.is_done());
  EXPECT_THROW(second.take(), ExecutorFull);
  run_one();
  EXPECT_EQ(first.take(), "spelt out");
}

TEST_F(RunBlocking, IsWithdrawnIfItHasNotBegun) {
  TestContext<std::string> context(executor, spelt());
  executor.run();
  context.stop();
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), Cancelled);
  EXPECT_EQ(blocking_executor.queued(), 0u);
}

Task<bool> told_to_stop() {
  const bool told =
      co_await run_blocking([](std::stop_token stop) { return stop.stop_requested(); });
  try {
    co_await sleep_for(1h);
  } catch (const Cancelled&) {
    co_return told;
  }
  co_return false;
}

TEST_F(RunBlocking, CancelledWhileRunningItFiresTheTokenAndWaitsForTheEnd) {
  TestContext<bool> context(executor, told_to_stop());
  executor.run();
  BlockingWork& begun = blocking_executor.take();
  context.stop();
  executor.run();
  EXPECT_FALSE(context.is_done());
  begun.run();
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_TRUE(context.take());
}

Task<> gives_token(std::stop_token& token) {
  auto take = [&](std::stop_token given) { token = std::move(given); };
  co_await run_blocking(take);
}

TEST_F(RunBlocking, FiresTheTokenInAJobAndWaitsForThatJob) {
  std::stop_token token;
  TestContext<void> context(executor, gives_token(token));
  executor.run();
  blocking_executor.take().run();
  context.stop();
  context.stop();
  EXPECT_FALSE(token.stop_requested()) << "its stop callbacks may block, so they run in a job";
  executor.run();
  EXPECT_TRUE(token.stop_requested());
  EXPECT_TRUE(context.is_done());
}

TEST_F(RunBlocking, NeverBeginsAfterAStop) {
  TestContext<std::string> context(executor, spelt());
  context.stop();
  executor.run();
  EXPECT_THROW(context.take(), Cancelled);
  EXPECT_EQ(blocking_executor.queued(), 0u);
}

Task<int> with_wait_limit() {
  co_return co_await with_timeout(run_blocking([] { return 1; }), 10ms);
}

TEST_F(RunBlocking, IsWithdrawnAtItsTimeout) {
  TestContext<int> context(executor, with_wait_limit());
  executor.advance(10ms);
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), TimedOut);
  EXPECT_EQ(blocking_executor.queued(), 0u);
}

Task<int> waits_a_moment() {
  co_return co_await run_blocking([] { return 1; }, 10ms);
}

TEST_F(RunBlocking, WaitsForAThreadNoLongerThanItsLimit) {
  TestContext<int> context(executor, waits_a_moment());
  executor.advance(9ms);
  EXPECT_EQ(blocking_executor.queued(), 1u);
  executor.advance(1ms);
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), ExecutorFull);
  EXPECT_EQ(blocking_executor.queued(), 0u);
}

TEST_F(RunBlocking, TheLimitDoesNotApplyOnceTheFunctionRuns) {
  TestContext<int> context(executor, waits_a_moment());
  executor.run();
  BlockingWork& begun = blocking_executor.take();
  executor.advance(1h);
  EXPECT_FALSE(context.is_done());
  begun.run();
  executor.run();
  EXPECT_EQ(context.take(), 1);
}

}  // namespace
}  // namespace mastic::async
