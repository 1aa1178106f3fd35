#include "mastic/threads/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "mastic/base/kernel_testing.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

/// Can be neither copied nor moved.
struct Thing {
  explicit Thing(int n) : number(n) {}
  Thing(const Thing&) = delete;
  Thing& operator=(const Thing&) = delete;

  int number;
  bool is_broken = false;
};

struct PoolTest : testing::Test {
  /// Options that make things with the numbers 1, 2, 3 and so on.
  Pool<Thing>::Options options(std::size_t most) {
    return {.make = [this] { return Thing(++made); }, .most = most};
  }
  /// Waits until so many callers wait for an object.
  static void wait_for_waiting(const Pool<Thing>& pool, std::size_t callers) {
    while (pool.statistics().waiting < callers) std::this_thread::yield();
  }
  std::atomic<int> made = 0;
};

TEST_F(PoolTest, MakesAnObjectWhenNoneIsIdle) {
  Pool<Thing> pool(options(2));
  const auto one = pool.take();
  const auto two = pool.take();
  EXPECT_EQ(one->number, 1);
  EXPECT_EQ((*two).number, 2);
}

TEST_F(PoolTest, LendsTheLastReturnedObjectFirst) {
  Pool<Thing> pool(options(2));
  {
    const auto one = pool.take();
    const auto two = pool.take();
  }
  EXPECT_EQ(pool.take()->number, 1) << "leases die in reverse order";
  EXPECT_EQ(made, 2);
}

TEST_F(PoolTest, GivesUpWhenAllObjectsAreInUse) {
  Pool<Thing> pool(options(1));
  const auto lease = pool.take();
  EXPECT_FALSE(pool.try_take());
  EXPECT_FALSE(pool.take_for(1ms));
  EXPECT_EQ(pool.statistics().waiting, 0u);
}

TEST_F(PoolTest, WaitingIsABlockingScope) {
  struct Host final : BlockingHost {
    void blocks() noexcept override { ++scopes; }
    void goes_on() noexcept override {}
    int scopes = 0;
  } host;
  BlockingScope::set_host(&host);
  Pool<Thing> pool(options(1));
  const auto lease = pool.take();
  EXPECT_FALSE(pool.try_take());
  EXPECT_EQ(host.scopes, 0);
  EXPECT_FALSE(pool.take_for(1ms));
  EXPECT_EQ(host.scopes, 1);
  BlockingScope::set_host(nullptr);
}

TEST_F(PoolTest, ServesWaitersInOrder) {
  Pool<Thing> pool(options(1));
  std::vector<int> served;  // written by one thread at a time: the one with the object
  std::vector<std::thread> threads;
  {
    const auto lease = pool.take();
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&pool, &served, i] {
        const auto mine = pool.take_for(1h);
        served.push_back(i);
      });
      wait_for_waiting(pool, static_cast<std::size_t>(i) + 1);
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served, (std::vector{0, 1, 2}));
  EXPECT_EQ(made, 1);
}

TEST_F(PoolTest, ReplacesADiscardedObject) {
  Pool<Thing> pool(options(1));
  auto lease = pool.take();
  lease.discard();
  EXPECT_EQ(pool.statistics().lent, 0u);
  EXPECT_EQ(pool.take()->number, 2);
}

TEST_F(PoolTest, GivesThePlaceOfADiscardedObjectToAWaiter) {
  Pool<Thing> pool(options(1));
  auto lease = pool.take();
  std::thread waiter([&pool] { EXPECT_EQ(pool.take()->number, 2); });
  wait_for_waiting(pool, 1);
  lease.discard();
  waiter.join();
}

TEST_F(PoolTest, ALeaseThatMovesKeepsItsObject) {
  Pool<Thing> pool(options(2));
  auto lease = pool.take();
  auto moved = std::move(lease);
  EXPECT_EQ(moved->number, 1);
  moved = pool.take();
  EXPECT_EQ(moved->number, 2);
  EXPECT_EQ(pool.statistics().idle, 1u) << "what it held before went back";
}

TEST_F(PoolTest, AFactoryThatThrowsLeavesThePlaceFree) {
  bool is_down = true;
  Pool<Thing> pool({.make = [&]() -> Thing {
                      if (is_down) throw std::runtime_error("no route to host");
                      return Thing(7);
                    },
                    .most = 1});
  EXPECT_THROW((void)pool.take(), std::runtime_error);
  EXPECT_THROW((void)pool.try_take(), std::runtime_error);
  is_down = false;
  EXPECT_EQ(pool.take()->number, 7);
}

TEST_F(PoolTest, LendsOnlyGoodObjects) {
  Pool<Thing>::Options checked = options(2);
  checked.is_good = [](Thing& thing) { return !thing.is_broken; };
  Pool<Thing> pool(checked);
  pool.take()->is_broken = true;
  EXPECT_EQ(pool.take()->number, 2);
  EXPECT_EQ(pool.take()->number, 2);
}

TEST_F(PoolTest, DestroysObjectsThatWereIdleForTooLong) {
  base::ScriptedKernel kernel;
  Pool<Thing>::Options limited = options(2);
  limited.max_idle = 10s;
  Pool<Thing> pool(limited, kernel);
  {
    const auto one = pool.take();
    (void)pool.take();  // returned at once
    kernel.advance(10s);
    EXPECT_EQ(pool.statistics().idle, 1u) << "not too long yet";
    kernel.advance(1ms);
  }
  EXPECT_EQ(pool.statistics().idle, 1u) << "dropped when the other one came back";
  kernel.advance(11s);
  EXPECT_EQ(pool.take()->number, 3) << "dropped when the next one is taken";
}

TEST_F(PoolTest, ReportsStatistics) {
  Pool<Thing> pool(options(2));
  const auto lease = pool.take();
  (void)pool.take();
  const auto statistics = pool.statistics();
  EXPECT_EQ(statistics.made, 2u);
  EXPECT_EQ(statistics.idle, 1u);
  EXPECT_EQ(statistics.lent, 1u);
  EXPECT_EQ(statistics.waiting, 0u);
}

TEST_F(PoolTest, ManyThreadsNeverExceedTheLimit) {
  Pool<Thing> pool(options(3));
  std::atomic<int> in_use = 0;
  std::atomic<int> most = 0;
  const auto work = [&] {
    for (int i = 0; i < 2000; ++i) {
      auto lease = pool.take();
      const int now = ++in_use;
      int before = most;
      while (before < now && !most.compare_exchange_weak(before, now)) {
      }
      --in_use;
      if (i % 100 == 0) lease.discard();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  EXPECT_EQ(pool.statistics().lent, 0u);
  EXPECT_LE(pool.statistics().idle, 3u);
}

}  // namespace
}  // namespace mastic::threads
