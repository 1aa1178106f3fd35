#include "mastic/threads/semaphore.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mastic/threads/blocking_scope_testing.h"
#include "mastic/threads/uncaught_error.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

TEST(Semaphore, LetsInAsManyAsItHasPermits) {
  Semaphore places(2);
  const Semaphore::Permit first = places.acquire();
  {
    const Semaphore::Permit second = places.acquire();
    EXPECT_EQ(places.available(), 0u);
    EXPECT_FALSE(places.try_acquire());
    EXPECT_FALSE(places.acquire_for(1ms));
  }
  EXPECT_EQ(places.available(), 1u) << "the destructor released it";
  EXPECT_TRUE(places.try_acquire());
}

TEST(Semaphore, MayBeginWithoutPermits) {
  Semaphore results(0);
  EXPECT_FALSE(results.try_acquire());
  results.release(2);
  EXPECT_TRUE(results.acquire());
  EXPECT_EQ(results.available(), 2u);
}

TEST(Semaphore, APermitMoves) {
  Semaphore places(2);
  Semaphore::Permit first = places.acquire();
  Semaphore::Permit second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_TRUE(second);
  first = places.acquire();
  EXPECT_EQ(places.available(), 0u);
  second = Semaphore::Permit();
  EXPECT_EQ(places.available(), 1u);
  first.release();
  first.release();
  EXPECT_EQ(places.available(), 2u) << "given back once";
}

TEST(Semaphore, APermitMayBeDetached) {
  Semaphore places(1);
  places.acquire().detach();
  EXPECT_EQ(places.available(), 0u);
  places.release();
  EXPECT_EQ(places.available(), 1u);
}

TEST(Semaphore, WakesWaitingThreads) {
  Semaphore places(0);
  std::atomic<int> inside = 0;
  BlockingThreads threads;
  for (int i = 0; i < 3; ++i) {
    threads.start([&] {
      places.acquire().detach();
      ++inside;
    });
  }
  threads.wait_for_blocked(3);
  EXPECT_EQ(inside, 0);
  places.release();
  places.release(2);
  threads.join();
  EXPECT_EQ(inside, 3);
  EXPECT_EQ(places.available(), 0u);
}

TEST(Semaphore, WaitsForeverOrNotAtAll) {
  Semaphore places(0);
  for (const base::Duration none :
       {base::Duration(0s), base::Duration(-1s), base::Duration::min()}) {
    EXPECT_FALSE(places.acquire_for(none));
  }
  std::atomic<bool> is_inside = false;
  BlockingThreads threads;
  threads.start([&] { is_inside = places.acquire_for(base::Duration::max()).has_value(); });
  threads.wait_for_blocked(1);
  places.release();
  threads.join();
  EXPECT_TRUE(is_inside);
}

TEST(Semaphore, MayBeDestroyedByTheThreadThatGotAPermit) {
  for (int round = 0; round < 200; ++round) {
    auto places = std::make_unique<Semaphore>(0);
    BlockingThreads threads;
    threads.start([&] {
      places->acquire().detach();
      places.reset();
    });
    places->release();
  }
}

TEST(Semaphore, NeverLetsInMoreThanItHasPermits) {
  Semaphore places(2);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::atomic<int> turns = 0;
  {
    BlockingThreads threads;
    for (int i = 0; i < 4; ++i) {
      threads.start([&] {
        for (int turn = 0; turn < 500; ++turn) {
          std::optional<Semaphore::Permit> permit = places.acquire_for(1us);
          if (!permit) permit = places.acquire();
          const int now = ++inside;
          for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
          ++turns;
          --inside;
        }
      });
    }
  }
  EXPECT_LE(most, 2);
  EXPECT_EQ(turns, 2000);
  EXPECT_EQ(places.available(), 2u);
}

TEST(BoundedSemaphore, ThrowsWhenItIsReleasedTooOften) {
  BoundedSemaphore places(2);
  EXPECT_THROW(places.release(), std::logic_error);
  places.acquire().detach();
  EXPECT_THROW(places.release(2), std::logic_error);
  EXPECT_EQ(places.available(), 1u) << "none was added";
  places.release();
  EXPECT_EQ(places.available(), 2u);
}

TEST(BoundedSemaphore, ReportsAPermitThatWasReleasedTwice) {
  std::vector<std::string> reported;
  const UncaughtHook hook([&](const UncaughtError& error) { reported.push_back(error.message()); });
  BoundedSemaphore places(1);
  {
    const Semaphore::Permit permit = places.acquire();
    places.release();
  }
  ASSERT_EQ(reported.size(), 1u);
  EXPECT_NE(reported.front().find("released more often"), std::string::npos) << reported.front();
  EXPECT_EQ(places.available(), 1u);
}

TEST(Semaphore, CannotHaveMorePermitsThanCanBeCounted) {
  Semaphore places(1);
  EXPECT_THROW(places.release(std::numeric_limits<std::size_t>::max()), std::logic_error);
  EXPECT_EQ(places.available(), 1u);
}

}  // namespace
}  // namespace mastic::threads
