#include "mastic/async/semaphore.h"

#include <gtest/gtest.h>

#include "mastic/async/context_testing.h"
#include "mastic/async/mutex.h"
#include "mastic/async/sleep.h"
#include "mastic/async/task_group.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

Task<int> max_at_once(int permits, int tasks) {
  Semaphore semaphore(static_cast<std::size_t>(permits));
  int inside = 0;
  int most = 0;
  int ended = 0;
  co_await task_group([&](TaskGroup& group) {
    for (int i = 0; i < tasks; ++i) {
      group.spawn([&]() -> Task<> {
        const auto permit = co_await semaphore.acquire();
        most = std::max(most, ++inside);
        co_await sleep_for(1ms);
        --inside;
        ++ended;
      });
    }
  });
  EXPECT_EQ(ended, tasks);
  EXPECT_EQ(semaphore.available(), static_cast<std::size_t>(permits));
  co_return most;
}

TEST(Semaphore, LimitsHowManyRunAtOnce) {
  EXPECT_EQ(run_to_end(max_at_once(3, 20)), 3);
  EXPECT_EQ(run_to_end(max_at_once(1, 5)), 1);
}

Task<bool> acquires(Semaphore& semaphore, std::string& order, char name) {
  const auto permit = co_await semaphore.acquire();
  order += name;
  co_return static_cast<bool>(permit);
}

TEST(Semaphore, ServesInOrderWithoutBarging) {
  ManualExecutor executor;
  Semaphore semaphore(0);
  std::string order;
  TestContext<bool> first(executor, acquires(semaphore, order, 'a'));
  TestContext<bool> second(executor, acquires(semaphore, order, 'b'));
  executor.run();
  semaphore.release();
  EXPECT_FALSE(semaphore.try_acquire());
  executor.run();
  EXPECT_EQ(order, "ab");  // the first gave its permit back
  EXPECT_TRUE(semaphore.try_acquire());
}

TEST(Semaphore, ACancelledWaiterLosesNoPermit) {
  ManualExecutor executor;
  Semaphore semaphore(0);
  std::string order;
  TestContext<bool> first(executor, acquires(semaphore, order, 'a'));
  TestContext<bool> second(executor, acquires(semaphore, order, 'b'));
  executor.run();
  first.stop();
  semaphore.release();
  executor.run();
  EXPECT_EQ(order, "b");
  EXPECT_EQ(semaphore.available(), 1u);
}

TEST(Semaphore, AWaiterStoppedAfterItWasServedGivesItsPermitBack) {
  ManualExecutor executor;
  Semaphore semaphore(0);
  std::string order;
  TestContext<bool> first(executor, acquires(semaphore, order, 'a'));
  executor.run();
  semaphore.release();
  first.stop();
  executor.run();
  ASSERT_TRUE(first.is_done());
  EXPECT_EQ(semaphore.available(), 1u);
}

TEST(Semaphore, PermitsMayBeMovedAndDetached) {
  Semaphore semaphore(1);
  auto permit = *semaphore.try_acquire();
  EXPECT_EQ(semaphore.available(), 0u);
  Semaphore::Permit other = std::move(permit);
  EXPECT_FALSE(permit);
  EXPECT_TRUE(other);
  other.release();
  EXPECT_EQ(semaphore.available(), 1u);
  semaphore.try_acquire()->detach();
  EXPECT_EQ(semaphore.available(), 0u);
  semaphore.release();
  EXPECT_EQ(semaphore.available(), 1u);
}

Task<int> add_up(Mutex& mutex, int& sum) {
  for (int i = 0; i < 10; ++i) {
    auto guard = co_await mutex.lock();
    const int seen = sum;
    co_await sleep_for(1ms);
    sum = seen + 1;
  }
  co_return sum;
}

TEST(Mutex, IsHeldAcrossAwaitsByOneContextAtATime) {
  ManualExecutor executor;
  Mutex mutex;
  int sum = 0;
  TestContext<int> first(executor, add_up(mutex, sum));
  TestContext<int> second(executor, add_up(mutex, sum));
  executor.advance(1s);
  ASSERT_TRUE(first.is_done() && second.is_done());
  EXPECT_EQ(sum, 20);
  EXPECT_TRUE(mutex.try_lock());
}

TEST(Mutex, TryLockNeverWaits) {
  Mutex mutex;
  const auto guard = mutex.try_lock();
  ASSERT_TRUE(guard);
  EXPECT_FALSE(mutex.try_lock());
}

}  // namespace
}  // namespace mastic::async
