#include "mastic/threads/queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

/// Counts the threads that are about to wait. A thread that tells this host has looked at the queue
/// before, under its lock.
class CountingHost final : public BlockingHost {
 public:
  void blocks() noexcept override { ++blocked; }
  void goes_on() noexcept override { --blocked; }
  void wait_for_blocked(int threads) const {
    while (blocked < threads) std::this_thread::yield();
  }
  std::atomic<int> blocked = 0;
};

/// Starts threads that tell a CountingHost when they block. A test joins them before its queue is
/// destroyed.
struct QueueTest : testing::Test {
  template <class F>
  void start(F function) {
    threads.emplace_back([this, function] {
      BlockingScope::set_host(&host);
      function();
    });
  }
  void join() { threads.clear(); }

  CountingHost host;
  std::vector<std::jthread> threads;
};

TEST_F(QueueTest, GivesItemsInTheOrderTheyWerePut) {
  Queue<int> queue;
  for (const int i : {1, 2, 3}) ASSERT_EQ(queue.put(i), Put::Done);
  EXPECT_EQ(queue.get(), 1);
  EXPECT_EQ(queue.get(), 2);
  EXPECT_EQ(queue.get(), 3);
  EXPECT_TRUE(queue.empty());
}

TEST_F(QueueTest, ALifoGivesTheLastItemFirst) {
  LifoQueue<int> queue;
  for (const int i : {1, 2, 3}) ASSERT_EQ(queue.put(i), Put::Done);
  EXPECT_EQ(queue.get(), 3);
  ASSERT_EQ(queue.put(4), Put::Done);
  EXPECT_EQ(queue.get(), 4);
  EXPECT_EQ(queue.get(), 2);
}

TEST_F(QueueTest, APriorityQueueGivesTheSmallestFirst) {
  PriorityQueue<int> queue;
  for (const int i : {3, 1, 4, 1, 5}) ASSERT_EQ(queue.put(i), Put::Done);
  std::vector<int> got;
  while (const auto item = queue.try_get()) got.push_back(*item);
  EXPECT_EQ(got, (std::vector{1, 1, 3, 4, 5}));
}

TEST_F(QueueTest, APriorityQueueKeepsTheOrderOfEqualOnes) {
  struct Job {
    int urgency;
    int number;
  };
  struct MoreUrgent {
    bool operator()(const Job& a, const Job& b) const { return a.urgency > b.urgency; }
  };
  PriorityQueue<Job, MoreUrgent> queue;
  for (int i = 0; i < 20; ++i) ASSERT_EQ(queue.put({i % 2, i}), Put::Done);
  std::vector<int> got;
  while (const auto job = queue.try_get()) got.push_back(job->number);
  EXPECT_EQ(got,
            (std::vector{1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18}));
}

TEST_F(QueueTest, TakesItemsThatOnlyMove) {
  Queue<std::unique_ptr<int>> queue;
  ASSERT_EQ(queue.put(std::make_unique<int>(7)), Put::Done);
  EXPECT_EQ(**queue.get(), 7);
}

TEST_F(QueueTest, AFullQueueLeavesTheItemWithItsOwner) {
  Queue<std::unique_ptr<int>> queue(1);
  ASSERT_EQ(queue.put(std::make_unique<int>(1)), Put::Done);
  auto second = std::make_unique<int>(2);
  EXPECT_EQ(queue.try_put(std::move(second)), Put::Full);
  EXPECT_EQ(queue.put_for(std::move(second), 1ms), Put::Full);
  queue.shutdown();
  EXPECT_EQ(queue.put(std::move(second)), Put::ShutDown);
  EXPECT_NE(second, nullptr);
}

TEST_F(QueueTest, AnEmptyQueueGivesNothing) {
  Queue<int> queue;
  EXPECT_FALSE(queue.try_get());
  EXPECT_FALSE(queue.get_for(1ms));
  EXPECT_FALSE(queue.is_over()) << "something may come";
}

TEST_F(QueueTest, RefusesASizeOfZero) { EXPECT_THROW(Queue<int>(0), std::logic_error); }

TEST_F(QueueTest, KnowsHowFullItIs) {
  Queue<int> queue(2);
  EXPECT_EQ(queue.max_size(), 2u);
  ASSERT_EQ(queue.put(1), Put::Done);
  EXPECT_EQ(queue.size(), 1u);
  EXPECT_FALSE(queue.is_full());
  ASSERT_EQ(queue.put(1), Put::Done);
  EXPECT_TRUE(queue.is_full());
}

TEST_F(QueueTest, AThreadThatWaitsForAnItemGetsIt) {
  Queue<int> queue;
  start([&] { EXPECT_EQ(queue.get(), 1); });
  host.wait_for_blocked(1);
  ASSERT_EQ(queue.put(1), Put::Done);
  join();
  start([&] { EXPECT_EQ(queue.get_for(1h), 2); });
  host.wait_for_blocked(1);
  ASSERT_EQ(queue.put(2), Put::Done);
  join();
}

TEST_F(QueueTest, AThreadThatWaitsForRoomGetsIt) {
  Queue<int> queue(1);
  ASSERT_EQ(queue.put(1), Put::Done);
  start([&] { EXPECT_EQ(queue.put(2), Put::Done); });
  host.wait_for_blocked(1);
  EXPECT_EQ(queue.get(), 1);
  join();
  start([&] { EXPECT_EQ(queue.put_for(3, 1h), Put::Done); });
  host.wait_for_blocked(1);
  EXPECT_EQ(queue.get(), 2);
  EXPECT_EQ(queue.get(), 3);
  join();
}

TEST_F(QueueTest, TryingNeverBlocks) {
  struct Host final : BlockingHost {
    void blocks() noexcept override { ADD_FAILURE(); }
    void goes_on() noexcept override {}
  };
  start([] {
    Host strict;
    BlockingScope::set_host(&strict);
    Queue<int> queue(1);
    EXPECT_FALSE(queue.try_get());
    EXPECT_EQ(queue.put(1), Put::Done);
    EXPECT_EQ(queue.try_put(2), Put::Full);
    EXPECT_EQ(queue.get(), 1);
    BlockingScope::set_host(nullptr);
  });
}

TEST_F(QueueTest, JoinWaitsForTheLastTaskDone) {
  Queue<int> queue;
  ASSERT_EQ(queue.put(1), Put::Done);
  ASSERT_EQ(queue.put(2), Put::Done);
  std::atomic<bool> is_done = false;
  start([&] {
    queue.join();
    EXPECT_TRUE(is_done);
  });
  host.wait_for_blocked(1);
  (void)queue.get();
  (void)queue.get();
  queue.task_done();
  is_done = true;
  queue.task_done();
  join();
  queue.join();  // at once
  join();
}

TEST_F(QueueTest, SaysWhenTaskDoneIsCalledTooOften) {
  Queue<int> queue;
  ASSERT_EQ(queue.put(1), Put::Done);
  queue.task_done();
  try {
    queue.task_done();
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(), "task_done() was called more often than items were put");
  }
}

TEST_F(QueueTest, CountsUnfinishedItems) {
  Queue<int> queue;
  EXPECT_TRUE(queue.join_for(0s));
  ASSERT_EQ(queue.put(1), Put::Done);
  ASSERT_EQ(queue.put(2), Put::Done);
  EXPECT_EQ(queue.get(), 1);
  EXPECT_EQ(queue.unfinished(), 2u) << "one is queued, one is being worked on";
  EXPECT_FALSE(queue.join_for(1ms));
  queue.task_done();
  EXPECT_EQ(queue.unfinished(), 1u);
  queue.shutdown(Shutdown::Immediate);
  EXPECT_EQ(queue.unfinished(), 0u) << "the queued item was dropped";
  EXPECT_TRUE(queue.join_for(0s));
}

TEST_F(QueueTest, AShutdownWakesThreadsThatWaitForAnItem) {
  Queue<int> queue;
  for (int i = 0; i < 3; ++i) start([&] { EXPECT_EQ(queue.get(), std::nullopt); });
  start([&] { EXPECT_EQ(queue.get_for(1h), std::nullopt); });
  host.wait_for_blocked(4);
  queue.shutdown();
  join();
}

TEST_F(QueueTest, AShutdownWakesThreadsThatWaitForRoom) {
  Queue<int> queue(1);
  ASSERT_EQ(queue.put(1), Put::Done);
  start([&] { EXPECT_EQ(queue.put(2), Put::ShutDown); });
  start([&] { EXPECT_EQ(queue.put_for(3, 1h), Put::ShutDown); });
  host.wait_for_blocked(2);
  queue.shutdown();
  join();
  EXPECT_EQ(queue.get(), 1) << "an item that was put can still be got";
  EXPECT_EQ(queue.get(), std::nullopt);
  join();
}

TEST_F(QueueTest, RemainingItemsCanBeGotAfterAShutdown) {
  Queue<int> queue;
  ASSERT_EQ(queue.put(1), Put::Done);
  ASSERT_EQ(queue.put(2), Put::Done);
  queue.shutdown();
  EXPECT_TRUE(queue.is_shut_down());
  EXPECT_EQ(queue.put(3), Put::ShutDown);
  EXPECT_EQ(queue.try_put(3), Put::ShutDown);
  EXPECT_FALSE(queue.is_over());
  EXPECT_EQ(queue.get(), 1);
  EXPECT_EQ(queue.try_get(), 2);
  EXPECT_TRUE(queue.is_over());
  EXPECT_EQ(queue.get(), std::nullopt);
  EXPECT_EQ(queue.get_for(1h), std::nullopt);
}

TEST_F(QueueTest, AnImmediateShutdownDropsQueuedItemsAndReleasesJoin) {
  Queue<std::shared_ptr<int>> queue;
  const auto item = std::make_shared<int>(1);
  ASSERT_EQ(queue.put(item), Put::Done);
  ASSERT_EQ(queue.put(item), Put::Done);
  start([&] { queue.join(); });
  host.wait_for_blocked(1);
  queue.shutdown(Shutdown::Immediate);
  join();
  EXPECT_EQ(item.use_count(), 1);
  EXPECT_EQ(queue.get(), std::nullopt);
  EXPECT_THROW(queue.task_done(), std::logic_error) << "dropped items count as done";
  join();
}

TEST_F(QueueTest, JoinStillWaitsForItemsGotBeforeAnImmediateShutdown) {
  Queue<int> queue;
  ASSERT_EQ(queue.put(1), Put::Done);
  ASSERT_EQ(queue.put(2), Put::Done);
  (void)queue.get();
  queue.shutdown();
  queue.shutdown(Shutdown::Immediate);
  std::atomic<bool> is_done = false;
  start([&] {
    queue.join();
    EXPECT_TRUE(is_done);
  });
  host.wait_for_blocked(1);
  is_done = true;
  queue.task_done();
  join();
}

/// Copying and moving it may fail; counted, so that none is lost.
struct Fragile {
  explicit Fragile(int n) : number(n) {}
  Fragile(Fragile&& other) : number(other.number) {
    if (number < 0) throw std::runtime_error("it broke");
  }
  Fragile& operator=(Fragile&&) = default;
  int number;
};

TEST_F(QueueTest, AnItemThatThrowsWhenItMovesIsNotPut) {
  Queue<Fragile> queue(1);
  EXPECT_THROW((void)queue.put(Fragile(-1)), std::runtime_error);
  EXPECT_EQ(queue.put(Fragile(1)), Put::Done);
  EXPECT_EQ(queue.get()->number, 1);
  queue.task_done();
  queue.join();
}

template <class AnyQueue>
void pass_through(AnyQueue& queue) {
  constexpr int kThreads = 3;
  constexpr int kItems = 2000;
  std::mutex mutex;
  std::multiset<int> got;
  {
    std::vector<std::jthread> getters;
    for (int i = 0; i < kThreads; ++i) {
      getters.emplace_back([&] {
        while (const auto item = queue.get()) {
          const std::lock_guard lock(mutex);
          got.insert(*item);
          queue.task_done();
        }
      });
    }
    {
      std::vector<std::jthread> putters;
      for (int i = 0; i < kThreads; ++i) {
        putters.emplace_back([&queue, i] {
          for (int k = 0; k < kItems; ++k) ASSERT_EQ(queue.put(i * kItems + k), Put::Done);
        });
      }
    }
    queue.join();
    queue.shutdown();
  }
  EXPECT_EQ(got.size(), static_cast<std::size_t>(kThreads * kItems));
  EXPECT_EQ(std::set(got.begin(), got.end()).size(), got.size());
}

TEST_F(QueueTest, ManyThreadsLoseNothing) {
  Queue<int> queue(3);
  pass_through(queue);
  LifoQueue<int> lifo(3);
  pass_through(lifo);
  PriorityQueue<int> priority(3);
  pass_through(priority);
}

TEST_F(QueueTest, AShutdownAmongManyThreadsLosesNothing) {
  for (int round = 0; round < 20; ++round) {
    Queue<int> queue(2);
    std::atomic<int> put = 0;
    std::atomic<int> got = 0;
    for (int i = 0; i < 2; ++i) {
      start([&] {
        while (queue.put(1) == Put::Done) ++put;
      });
      start([&] {
        while (queue.get()) ++got;
      });
    }
    while (got < 100) std::this_thread::yield();
    queue.shutdown();
    join();
    EXPECT_EQ(put, got);
    EXPECT_TRUE(queue.is_over());
  }
}

// ---- a thread that learns that the queue is no longer needed may destroy it ----

constexpr int kTimes = 200;  // so that ThreadSanitizer can see a use after the destruction

TEST(QueueEnd, MayBeDestroyedByTheThreadThatJoined) {
  for (int i = 0; i < kTimes; ++i) {
    auto queue = std::make_unique<Queue<int>>();
    ASSERT_EQ(queue->put(1), Put::Done);
    const std::jthread worker([&at = *queue] { at.task_done(); });
    queue->join();
    queue.reset();
  }
}

TEST(QueueEnd, MayBeDestroyedByTheThreadThatGotTheLastItem) {
  for (int i = 0; i < kTimes; ++i) {
    auto queue = std::make_unique<Queue<int>>();
    const std::jthread worker([&at = *queue] { EXPECT_EQ(at.put(1), Put::Done); });
    EXPECT_EQ(queue->get(), 1);
    queue.reset();
  }
}

TEST(QueueEnd, MayBeDestroyedByTheThreadThatGotTheLastRoom) {
  for (int i = 0; i < kTimes; ++i) {
    auto queue = std::make_unique<Queue<int>>(1);
    ASSERT_EQ(queue->put(1), Put::Done);
    const std::jthread worker([&at = *queue] { EXPECT_EQ(at.get(), 1); });
    ASSERT_EQ(queue->put(2), Put::Done);
    queue.reset();
  }
}

TEST(QueueEnd, MayBeDestroyedByAThreadThatLearnedOfItsShutdown) {
  for (int i = 0; i < kTimes; ++i) {
    auto queue = std::make_unique<Queue<int>>();
    const std::jthread worker([&at = *queue] { at.shutdown(); });
    EXPECT_EQ(queue->get(), std::nullopt);
    queue.reset();
  }
}

}  // namespace
}  // namespace mastic::threads
