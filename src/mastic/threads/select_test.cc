#include "mastic/threads/select.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mastic/threads/blocking_scope_testing.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

constexpr auto kNoLimit = base::Duration::max();
const std::vector<base::Duration> kNoTimeToSelect = {0s, -1s, base::Duration::min()};

TEST(ThreadSelect, TakesOneReadyItemAndLeavesTheRest) {
  Queue<int> numbers;
  Queue<std::string> words;
  ASSERT_EQ(words.put("tea"), Put::Done);
  const auto word = select(numbers, words);
  ASSERT_EQ(word.index(), 1u);
  EXPECT_EQ(std::get<1>(word), "tea");
  ASSERT_EQ(numbers.put(1), Put::Done);
  ASSERT_EQ(words.put("milk"), Put::Done);
  EXPECT_EQ(std::get<0>(select(numbers, words)), 1) << "the first in the order given";
  EXPECT_EQ(words.size(), 1u);
}

TEST(ThreadSelect, TakesFromEveryKindOfQueue) {
  Queue<int> queue;
  LifoQueue<std::unique_ptr<int>> stack;
  PriorityQueue<int> by_size;
  ASSERT_EQ(stack.put(std::make_unique<int>(1)), Put::Done);
  ASSERT_EQ(stack.put(std::make_unique<int>(2)), Put::Done);
  EXPECT_EQ(**std::get<1>(select(queue, stack, by_size)), 2);
  ASSERT_EQ(by_size.put(4), Put::Done);
  ASSERT_EQ(by_size.put(3), Put::Done);
  EXPECT_EQ(std::get<1>(select(queue, by_size)), 3);
}

TEST(ThreadSelect, WaitsForTheFirstItem) {
  Queue<int> a;
  Queue<int> b;
  std::atomic<int> got = 0;
  BlockingThreads threads;
  threads.start([&] { got = *std::get<1>(select(a, b)); });
  threads.wait_for_blocked(1);
  ASSERT_EQ(b.put(7), Put::Done);
  threads.join();
  EXPECT_EQ(got, 7);
  EXPECT_EQ(a.put(1), Put::Done) << "it is not watched any more";
}

TEST(ThreadSelect, IsWokenByAShutdown) {
  Queue<int> a;
  Queue<int> b;
  BlockingThreads threads;
  threads.start([&] {
    const auto first = select(a, b);
    EXPECT_EQ(first.index(), 1u);
    EXPECT_EQ(std::get<1>(first), std::nullopt);
  });
  threads.wait_for_blocked(1);
  b.shutdown();
  threads.join();
}

TEST(ThreadSelect, TakesRemainingItemsAfterAShutdown) {
  Queue<int> a;
  Queue<int> b;
  ASSERT_EQ(a.put(1), Put::Done);
  a.shutdown();
  EXPECT_EQ(std::get<0>(select(a, b)), 1);
  EXPECT_EQ(std::get<0>(select(a, b)), std::nullopt) << "it is shut down and empty";
  ASSERT_EQ(b.put(2), Put::Done);
  EXPECT_EQ(std::get<0>(select(b)), 2) << "so leave it out";
}

TEST(ThreadSelect, WaitsForALimitedTime) {
  Queue<int> a;
  Queue<int> b;
  EXPECT_FALSE(select_for(1ms, a, b));
  for (const base::Duration none : kNoTimeToSelect) EXPECT_FALSE(select_for(none, a, b));
  ASSERT_EQ(b.put(7), Put::Done);
  const auto first = select_for(-1s, a, b);
  ASSERT_TRUE(first) << "what is there is taken";
  EXPECT_EQ(std::get<1>(*first), 7);
}

TEST(ThreadSelect, WaitsForEver) {
  Queue<int> a;
  Queue<int> b;
  BlockingThreads threads;
  threads.start([&] { EXPECT_EQ(std::get<0>(*select_for(kNoLimit, a, b)), 7); });
  threads.wait_for_blocked(1);
  ASSERT_EQ(a.put(7), Put::Done);
}

TEST(ThreadSelect, TakesAVectorOfQueues) {
  Queue<int> a;
  Queue<int> b;
  const std::vector<Queue<int>*> both{&a, &b};
  EXPECT_FALSE(select_for(0s, both));
  ASSERT_EQ(b.put(7), Put::Done);
  const SelectedOf<int> first = select(both);
  EXPECT_EQ(first.index, 1u);
  EXPECT_EQ(first.item, 7);
  a.shutdown();
  EXPECT_EQ(select(both).item, std::nullopt);
  EXPECT_THROW((void)select(std::vector<Queue<int>*>()), std::logic_error);
}

TEST(ThreadSelect, MakesRoomForAThreadThatWaitsToPut) {
  Queue<int> a(1);
  Queue<int> b;
  ASSERT_EQ(a.put(1), Put::Done);
  BlockingThreads threads;
  threads.start([&] { EXPECT_EQ(a.put(2), Put::Done); });
  threads.wait_for_blocked(1);
  EXPECT_EQ(std::get<1>(select(b, a)), 1);
  threads.join();
  EXPECT_EQ(std::get<1>(select(b, a)), 2);
}

TEST(ThreadSelect, TheQueueOfTheResultMayBeDestroyedAtOnce) {
  for (int round = 0; round < 200; ++round) {
    auto a = std::make_unique<Queue<int>>();
    Queue<int> b;
    BlockingThreads threads;
    threads.start([&] {
      EXPECT_EQ(std::get<1>(select(b, *a)), 7);
      a.reset();
    });
    Queue<int>& put_to = *a;
    ASSERT_EQ(put_to.put(7), Put::Done);
  }
}

/// Some threads select, others get: each item is taken once, and no thread misses one.
TEST(ThreadSelect, ManyThreadsLoseNothing) {
  constexpr int kItems = 2000;
  Queue<int> a(8);
  Queue<int> b(8);
  std::atomic<int> sum = 0;
  std::atomic<int> taken = 0;
  const auto take = [&](const std::optional<int>& item) {
    if (!item) return false;
    sum += *item;
    ++taken;
    return true;
  };
  {
    BlockingThreads threads;
    for (int i = 0; i < 2; ++i) {
      threads.start([&] {
        for (;;) {
          const auto first = select(a, b);
          const bool is_a = first.index() == 0;
          if (take(is_a ? std::get<0>(first) : std::get<1>(first))) continue;
          while (take(is_a ? b.get() : a.get()))
            continue;  // one queue is shut down and empty: get from the other
          return;
        }
      });
    }
    threads.start([&] {
      while (take(b.get())) continue;
    });
    for (Queue<int>* const queue : {&a, &b}) {
      threads.start([queue] {
        for (int i = 0; i < kItems; ++i) {
          if (queue->put(1) != Put::Done) return;
        }
        queue->shutdown();
      });
    }
  }
  EXPECT_EQ(taken, 2 * kItems);
  EXPECT_EQ(sum, 2 * kItems);
}

}  // namespace
}  // namespace mastic::threads
