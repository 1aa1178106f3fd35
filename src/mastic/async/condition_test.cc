#include "mastic/async/condition.h"

#include <gtest/gtest.h>

#include "mastic/async/context_testing.h"

namespace mastic::async {
namespace {

struct Shared {
  Mutex mutex;
  Condition changed;
  int jobs = 0;
  int taken = 0;
};

Task<bool> take_job(Shared& shared) {
  auto guard = co_await shared.mutex.lock();
  co_await shared.changed.wait(guard, [&] { return shared.jobs > 0; });
  --shared.jobs;
  ++shared.taken;
  co_return static_cast<bool>(guard);
}
Task<> put_jobs(Shared& shared, int count, bool all) {
  const auto guard = co_await shared.mutex.lock();
  shared.jobs += count;
  all ? shared.changed.notify_all() : shared.changed.notify_one();
}

struct ConditionTest : testing::Test {
  void put(int count, bool all) {
    TestContext<void> putting(executor, put_jobs(shared, count, all));
    executor.run();
    ASSERT_TRUE(putting.is_done());
  }
  ManualExecutor executor;
  Shared shared;
};

TEST_F(ConditionTest, WakesOne) {
  TestContext<bool> first(executor, take_job(shared));
  TestContext<bool> second(executor, take_job(shared));
  executor.run();
  put(2, false);
  EXPECT_TRUE(first.is_done());
  EXPECT_FALSE(second.is_done());
  EXPECT_TRUE(first.take());
  put(0, true);
  EXPECT_TRUE(second.is_done());
  EXPECT_EQ(shared.taken, 2);
}

TEST_F(ConditionTest, WakesAll) {
  TestContext<bool> first(executor, take_job(shared));
  TestContext<bool> second(executor, take_job(shared));
  executor.run();
  put(2, true);
  EXPECT_TRUE(first.is_done() && second.is_done());
  EXPECT_TRUE(shared.mutex.try_lock());
}

TEST_F(ConditionTest, PassesTheNotificationOfACancelledTaskOn) {
  TestContext<bool> first(executor, take_job(shared));
  TestContext<bool> second(executor, take_job(shared));
  executor.run();
  {
    const auto held = shared.mutex.try_lock();
    ASSERT_TRUE(held);
    shared.jobs = 1;
    shared.changed.notify_one();
    executor.run();  // the first task is notified and waits for the mutex
    first.stop();
    executor.run();
  }
  executor.run();
  EXPECT_THROW(first.take(), Cancelled);
  EXPECT_TRUE(second.is_done());
  EXPECT_TRUE(shared.mutex.try_lock());
}

TEST_F(ConditionTest, ReleasesTheMutexWhenCancelled) {
  TestContext<bool> context(executor, take_job(shared));
  executor.run();
  context.stop();
  executor.run();
  EXPECT_THROW(context.take(), Cancelled);
  EXPECT_TRUE(shared.mutex.try_lock());
}

}  // namespace
}  // namespace mastic::async
