#include "mastic/threads/barrier.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "mastic/threads/blocking_scope_testing.h"
#include "mastic/threads/event.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

/// Two threads wait at a barrier for three; each counts how its wait ended.
struct BarrierTest : testing::Test {
  template <class Wait>
  void start_two(Wait wait) {
    for (int i = 0; i < 2; ++i) {
      threads.start([this, wait] {
        try {
          (void)wait();
          ++passed;
        } catch (const BrokenBarrier&) {
          ++broken;
        }
      });
    }
    while (barrier.waiting() < 2) std::this_thread::yield();
  }
  void start_two() {
    start_two([this] { return barrier.arrive_and_wait(); });
  }

  Barrier barrier{3};
  std::atomic<int> passed = 0;
  std::atomic<int> broken = 0;
  BlockingThreads threads;
};

TEST_F(BarrierTest, LetsAllPassWhenTheLastArrives) {
  start_two();
  threads.wait_for_blocked(2);
  EXPECT_EQ(passed, 0);
  EXPECT_EQ(barrier.arrive_and_wait(), 2u);
  threads.join();
  EXPECT_EQ(passed, 2);
  EXPECT_EQ(barrier.waiting(), 0u);
  EXPECT_FALSE(barrier.is_broken());
}

TEST_F(BarrierTest, GivesEachThreadItsIndex) {
  std::mutex mutex;
  std::set<std::size_t> places;
  start_two([&] {
    const std::size_t place = barrier.arrive_and_wait();
    const std::lock_guard lock(mutex);
    places.insert(place);
    return place;
  });
  EXPECT_EQ(barrier.arrive_and_wait(), 2u);
  threads.join();
  EXPECT_EQ(places, (std::set<std::size_t>{0, 1}));
}

TEST_F(BarrierTest, MayBePassedAgainAndAgain) {
  std::atomic<int> rounds = 0;
  {
    BlockingThreads runners;
    for (int i = 0; i < 3; ++i) {
      runners.start([&] {
        for (int round = 0; round < 500; ++round) {
          const bool is_one = barrier.arrive_and_wait() == 0;
          if (is_one) ++rounds;
          (void)barrier.arrive_and_wait();
          EXPECT_EQ(rounds, round + 1) << "no thread is a round ahead";
          (void)barrier.arrive_and_wait();
        }
      });
    }
  }
  EXPECT_EQ(rounds, 500);
}

TEST_F(BarrierTest, BreaksForAllWhenItIsAborted) {
  start_two();
  barrier.abort();
  threads.join();
  EXPECT_EQ(broken, 2);
  EXPECT_TRUE(barrier.is_broken());
  EXPECT_THROW((void)barrier.arrive_and_wait(), BrokenBarrier) << "it stays broken";
  EXPECT_THROW((void)barrier.arrive_and_wait_for(0s), BrokenBarrier);
}

TEST_F(BarrierTest, IsOpenAgainAfterAReset) {
  barrier.abort();
  barrier.reset();
  EXPECT_FALSE(barrier.is_broken());
  start_two();
  EXPECT_EQ(barrier.arrive_and_wait_for(base::Duration::max()), 2u);
  threads.join();
  EXPECT_EQ(passed, 2);
}

TEST_F(BarrierTest, AResetBreaksOnlyTheWaitsInProgress) {
  start_two();
  barrier.reset();
  EXPECT_FALSE(barrier.is_broken());
  EXPECT_EQ(barrier.waiting(), 0u);
  start_two();
  (void)barrier.arrive_and_wait();
  threads.join();
  EXPECT_EQ(broken, 2);
  EXPECT_EQ(passed, 2);
}

TEST_F(BarrierTest, BreaksForAllWhenOneWaitTimesOut) {
  Barrier four(4);
  for (int i = 0; i < 2; ++i) {
    threads.start([&] {
      EXPECT_THROW((void)four.arrive_and_wait(), BrokenBarrier);
      ++broken;
    });
  }
  while (four.waiting() < 2) std::this_thread::yield();
  EXPECT_THROW((void)four.arrive_and_wait_for(1ms), BrokenBarrier);
  threads.join();
  EXPECT_EQ(broken, 2);
  EXPECT_TRUE(four.is_broken());
}

TEST_F(BarrierTest, BreaksAtOnceWhenAWaitHasNoTime) {
  for (const base::Duration none :
       {base::Duration(0s), base::Duration(-1s), base::Duration::min()}) {
    Barrier two(2);
    EXPECT_THROW((void)two.arrive_and_wait_for(none), BrokenBarrier);
    EXPECT_TRUE(two.is_broken());
    Barrier one(1);
    EXPECT_EQ(one.arrive_and_wait_for(none), 0u) << "the last one need not wait";
  }
}

TEST_F(BarrierTest, CallsItsFunctionBeforeAnyonePasses) {
  std::atomic<int> called = 0;
  Barrier two(2, [&] { ++called; });
  for (int round = 1; round <= 2; ++round) {
    threads.start([&] {
      (void)two.arrive_and_wait();
      EXPECT_EQ(called, round);
    });
    (void)two.arrive_and_wait();
    EXPECT_EQ(called, round);
    threads.join();
  }
}

TEST_F(BarrierTest, BreaksWhenItsFunctionThrows) {
  Barrier two(2, [] { throw std::runtime_error("not today"); });
  std::atomic<int> thrown = 0;
  const auto arrive = [&] {
    try {
      (void)two.arrive_and_wait();
    } catch (const BrokenBarrier&) {
      ++broken;
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "not today");
      ++thrown;
    }
  };
  threads.start(arrive);
  arrive();
  threads.join();
  EXPECT_EQ(broken, 1);
  EXPECT_EQ(thrown, 1);
  EXPECT_TRUE(two.is_broken());
}

TEST_F(BarrierTest, ACompleteRoundPassesWhateverHappensNext) {
  Event begun;
  Event end;
  Barrier two(2, [&] {
    begun.set();
    end.wait();
  });
  threads.start([&] {
    EXPECT_NO_THROW((void)two.arrive_and_wait_for(1h));
    ++passed;
  });
  while (two.waiting() < 1) std::this_thread::yield();
  threads.start([&] {
    EXPECT_NO_THROW((void)two.arrive_and_wait());
    ++passed;
  });
  begun.wait();
  two.abort();
  EXPECT_THROW((void)two.arrive_and_wait(), BrokenBarrier) << "the next round";
  end.set();
  threads.join();
  EXPECT_EQ(passed, 2);
}

TEST_F(BarrierTest, ItsFunctionMayUseTheBarrier) {
  Barrier* at = nullptr;
  Barrier one(1, [&] {
    EXPECT_EQ(at->waiting(), 0u);
    at->abort();
  });
  at = &one;
  EXPECT_EQ(one.arrive_and_wait(), 0u);
  EXPECT_TRUE(one.is_broken());
}

TEST_F(BarrierTest, RefusesZeroParties) { EXPECT_THROW(Barrier(0), std::logic_error); }

}  // namespace
}  // namespace mastic::threads
