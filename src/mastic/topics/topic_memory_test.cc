#include <gtest/gtest.h>

#include <new>
#include <optional>

#include "mastic/base/failing_allocations.h"
#include "mastic/base/failures.h"
#include "mastic/base/kernel.h"
#include "mastic/topics/reader_testing.h"
#include "mastic/topics/topic.h"

namespace mastic::topics {
namespace {

using namespace std::chrono_literals;

/// A subscriber that allocates nothing.
struct Counter final : Subscriber {
  bool deliver(const std::shared_ptr<const Published>&, const TopicOptions&) noexcept override {
    ++count;
    return true;
  }
  void fell_behind() noexcept override {}
  int count = 0;
};

struct TopicMemory : testing::Test {
  std::unique_ptr<loop::Loop> open() {
    return loop::Loop::open(base::system_kernel(), loop::TransferKind::Syscall).value();
  }
  std::unique_ptr<loop::Loop> here = open();
  std::unique_ptr<loop::Loop> there = open();
};

TEST_F(TopicMemory, AMessageReachesAllLoopsOrNoneWhenMemoryRunsOut) {
  if (!base::counts_allocations()) GTEST_SKIP();
  Topic topic({.history = 10});
  Reader one;
  Reader two;
  const Subscription first(*here, topic, one);
  const Subscription second(*there, topic, two);
  const std::string text(100, 'a');
  base::for_each_failure([&] { topic.publish(text); });
  here->turn(0s);
  there->turn(0s);
  EXPECT_EQ(one.got, std::vector{text});
  EXPECT_EQ(two.got, std::vector{text});
}

TEST_F(TopicMemory, ASubscriptionBeginsOrDoesNotWhenMemoryRunsOut) {
  if (!base::counts_allocations()) GTEST_SKIP();
  Topic topic({.history = 10});
  topic.publish("a");
  Counter reader;
  const MessageId start{Subscription(*here, topic, reader).began_after().epoch, 0};
  std::optional<Subscription> subscription;
  base::for_each_failure([&] {
    EXPECT_EQ(topic.subscribers(), 0u);
    subscription.emplace(*there, topic, reader, start);
  });
  EXPECT_EQ(topic.subscribers(), 1u);
  EXPECT_EQ(topic.publish("b"), 1u);
  there->turn(0s);
  EXPECT_EQ(reader.count, 2);
}

TEST_F(TopicMemory, ADeliveryAllocatesNothing) {
  if (!base::counts_allocations()) GTEST_SKIP();
  Topic topic;
  Counter counter;
  std::vector<Subscription> subscriptions;
  for (int i = 0; i < 100; ++i) subscriptions.emplace_back(*here, topic, counter);
  topic.publish("a");
  here->turn(0s);
  topic.publish("b");
  const std::size_t before = base::allocations_so_far().count;
  here->turn(0s);
  EXPECT_EQ(base::allocations_so_far().count, before);
  EXPECT_EQ(counter.count, 200);
}

}  // namespace
}  // namespace mastic::topics
