#include "mastic/async/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "mastic/async/context_testing.h"
#include "mastic/async/sleep.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

Task<int> at_hand(int value) { return value; }
Task<int> as_coroutine(int value) { co_return value; }
Task<int> after_sleep(int value) {
  co_await sleep_for(10ms);
  co_return value;
}

TEST(Task, HoldsAReadyValue) {
  Task<int> task = at_hand(7);
  EXPECT_TRUE(task.is_done());
  EXPECT_EQ(task.take(), 7);
}

TEST(Task, IsLazy) {
  bool begun = false;
  const auto begin = [&]() -> Task<> {
    begun = true;
    co_return;
  };
  Task<> task = begin();
  EXPECT_FALSE(begun);
  run_to_end(std::move(task));
  EXPECT_TRUE(begun);
}

Task<int> sum() {
  const int a = co_await at_hand(1);
  const int b = co_await as_coroutine(2);
  const int c = co_await after_sleep(4);
  co_return a + b + c;
}

TEST(Task, AwaitsTasksOfEveryKind) { EXPECT_EQ(run_to_end(sum()), 7); }

Task<std::string> moved_only() {
  auto owned = std::make_unique<std::string>("kept");
  co_await sleep_for(1ms);
  co_return std::move(*owned);
}

TEST(Task, KeepsItsLocalsWhileItWaits) { EXPECT_EQ(run_to_end(moved_only()), "kept"); }

Task<int> start_two_then_await() {
  Task<int> quick = as_coroutine(1);
  Task<int> slow = after_sleep(2);
  CancelScope& scope = co_await CurrentCancelScope();
  quick.start(scope);
  EXPECT_TRUE(quick.is_done());
  slow.start(scope);
  EXPECT_FALSE(slow.is_done());
  co_return co_await std::move(quick) + co_await std::move(slow);
}

TEST(Task, MayBeStartedBeforeItIsAwaited) { EXPECT_EQ(run_to_end(start_two_then_await()), 3); }

struct Oops {};

Task<int> throwing(bool waits) {
  if (waits) co_await sleep_for(1ms);
  throw Oops();
}
Task<int> passing_on() { co_return co_await throwing(true); }
Task<int> catching() {
  try {
    co_return co_await passing_on();
  } catch (const Oops&) {
    co_return -1;
  }
}

TEST(Task, ThrowsWhatItsTaskThrew) {
  EXPECT_THROW(run_to_end(throwing(false)), Oops);
  EXPECT_THROW(run_to_end(passing_on()), Oops);
  EXPECT_EQ(run_to_end(catching()), -1);
}

Task<int> deep(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await deep(depth - 1);
}

TEST(Task, DoesNotGrowTheStackWithDepth) { EXPECT_EQ(run_to_end(deep(1'000'000)), 1'000'000); }

Task<int> deep_failure(int depth) {
  if (depth == 0) throw Oops();
  co_return 1 + co_await deep_failure(depth - 1);
}

TEST(Task, UnwindsFromAnyDepth) { EXPECT_THROW(run_to_end(deep_failure(20'000)), Oops); }

Task<int> deep_sleep(int depth) {
  if (depth == 0) co_return co_await after_sleep(1);
  co_return co_await deep_sleep(depth - 1);
}

TEST(Task, IsCancelledAtAnyDepth) {
  ManualExecutor executor;
  TestContext<int> context(executor, deep_sleep(20'000));
  executor.run();
  context.stop();
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), Cancelled);
}

/// Destroying a context before its end is the only way to destroy a chain of frames from the
/// outside. It takes up to 200 bytes of stack for each frame, and more under AddressSanitizer.
TEST(Task, MayBeDestroyedThousandsOfFramesDeep) {
  ManualExecutor executor;
  TestContext<int> context(executor, deep_sleep(5'000));
  executor.run();
  EXPECT_FALSE(context.is_done());
}

Task<int> looping() {
  int sum = 0;
  for (int i = 0; i < 1'000'000; ++i) sum += co_await as_coroutine(1);
  co_return sum;
}

TEST(Task, DoesNotGrowTheStackWithALoop) { EXPECT_EQ(run_to_end(looping()), 1'000'000); }

TEST(Sleep, LastsAtLeastAsLongAsAsked) {
  ManualExecutor executor;
  TestContext<int> context(executor, after_sleep(1));
  executor.advance(9ms);
  EXPECT_FALSE(context.is_done());
  executor.advance(1ms);
  EXPECT_TRUE(context.is_done());
}

TEST(Context, StopCancelsAwaitsInProgress) {
  ManualExecutor executor;
  TestContext<int> context(executor, after_sleep(1));
  executor.run();
  context.stop();
  EXPECT_FALSE(context.is_done());
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), Cancelled);
}

Task<int> stubborn(int& cancelled) {
  for (int i = 0; i < 3; ++i) {
    try {
      co_await sleep_for(1h);
    } catch (const Cancelled&) {
      ++cancelled;
    }
  }
  co_return 5;
}

TEST(Context, EveryAwaitAfterStopThrowsCancelled) {
  int cancelled = 0;
  ManualExecutor executor;
  TestContext<int> context(executor, stubborn(cancelled));
  executor.run();
  context.stop();
  executor.run();
  EXPECT_EQ(cancelled, 3);
  EXPECT_EQ(context.take(), 5);
}

TEST(Context, MayBeStoppedBeforeItBegan) {
  ManualExecutor executor;
  TestContext<int> context(executor, after_sleep(1));
  context.stop();
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), Cancelled);
}

TEST(Context, MayBeDestroyedWhileItsTaskWaits) {
  ManualExecutor executor;
  {
    TestContext<int> context(executor, after_sleep(1));
    executor.run();
  }
  executor.advance(1h);  // the timer was destroyed with the frame
}

// ---- long chains ----

constexpr int kLong = 20'000;

Task<int> one_more(Task<int> before) { co_return 1 + co_await before; }
Task<int> chain(Task<int> task, int length) {
  for (int i = 0; i < length; ++i) task = one_more(std::move(task));
  return task;
}

TEST(Task, AChainOfAnyLengthUsesBoundedStack) {
  on_a_small_stack([] { EXPECT_EQ(run_to_end(chain(after_sleep(0), kLong)), kLong); });
}

TEST(Task, AChainOfAnyLengthPropagatesAnException) {
  const auto fail = []() -> Task<int> {
    co_await sleep_for(1ms);
    throw std::runtime_error("no tea");
  };
  on_a_small_stack([&] { EXPECT_THROW(run_to_end(chain(fail(), kLong)), std::runtime_error); });
}

TEST(Task, AChainOfAnyLengthCanBeStopped) {
  on_a_small_stack([] {
    ManualExecutor executor;
    TestContext<int> context(executor, chain(after_sleep(0), kLong));
    executor.run();
    context.stop();
    executor.run();
    ASSERT_TRUE(context.is_done());
    EXPECT_THROW((void)context.take(), Cancelled);
  });
}

TEST(Task, AChainOfAnyLengthMayBeDroppedBeforeItBegins) {
  const auto held = std::make_shared<int>(0);
  const auto first = [](std::shared_ptr<int> mine) -> Task<int> { co_return *mine; };
  on_a_small_stack([&] { const Task<int> dropped = chain(first(held), kLong); });
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Task, FreesAnAwaitedTaskOnceItHasTheResult) {
  const auto held = std::make_shared<int>(7);
  const auto holds = [](std::shared_ptr<int> mine) -> Task<int> { co_return *mine; };
  const auto watch = [&]() -> Task<long> {
    Task<int> awaited = holds(held);
    (void)co_await awaited;
    co_return held.use_count();
  };
  EXPECT_EQ(run_to_end(watch()), 1);
}

}  // namespace
}  // namespace mastic::async
