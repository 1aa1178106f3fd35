#include "mastic/async/channel.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "mastic/async/context_testing.h"
#include "mastic/async/sleep.h"
#include "mastic/async/task_group.h"
#include "mastic/async/with_timeout.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

Task<> send_numbers(Channel<int>& channel, int count) {
  for (int i = 0; i < count; ++i) EXPECT_TRUE(co_await channel.send(i));
  channel.close();
}
Task<> collect(Channel<int>& channel, std::vector<int>& numbers) {
  while (const auto number = co_await channel.receive()) numbers.push_back(*number);
}
Task<std::vector<int>> through(std::size_t capacity, bool receiver_first) {
  Channel<int> channel(capacity);
  std::vector<int> numbers;
  co_await task_group([&](TaskGroup& group) {
    if (receiver_first) group.spawn(collect(channel, numbers));
    group.spawn(send_numbers(channel, 1000));
    if (!receiver_first) group.spawn(collect(channel, numbers));
  });
  co_return numbers;
}

TEST(Channel, CarriesValuesInOrder) {
  std::vector<int> expected;
  for (int i = 0; i < 1000; ++i) expected.push_back(i);
  for (const std::size_t capacity : {0u, 1u, 2u, 7u, 2000u}) {
    EXPECT_EQ(run_to_end(through(capacity, true)), expected) << capacity;
    EXPECT_EQ(run_to_end(through(capacity, false)), expected) << capacity;
  }
}

/// Sends values from one context to another; the two wake each other by messages.
TEST(Channel, CarriesValuesBetweenContexts) {
  for (const std::size_t capacity : {0u, 1u, 7u}) {
    ManualExecutor executor;
    Channel<int> channel(capacity);
    std::vector<int> numbers;
    TestContext<void> receiver(executor, collect(channel, numbers));
    TestContext<void> sender(executor, send_numbers(channel, 1000));
    executor.run();
    EXPECT_TRUE(sender.is_done());
    EXPECT_TRUE(receiver.is_done());
    EXPECT_EQ(numbers.size(), 1000u);
    EXPECT_TRUE(std::ranges::is_sorted(numbers));
  }
}

TEST(Channel, WorksOutsideOfTasks) {
  Channel<std::unique_ptr<int>> channel(2);
  EXPECT_FALSE(channel.try_receive());
  auto kept = std::make_unique<int>(3);
  EXPECT_TRUE(channel.try_send(std::make_unique<int>(1)));
  EXPECT_TRUE(channel.try_send(std::make_unique<int>(2)));
  EXPECT_FALSE(channel.try_send(std::move(kept)));
  EXPECT_EQ(*kept, 3);
  EXPECT_EQ(channel.size(), 2u);
  EXPECT_EQ(**channel.try_receive(), 1);
  channel.close();
  EXPECT_FALSE(channel.try_send(std::move(kept)));
  EXPECT_EQ(**channel.try_receive(), 2);
  EXPECT_FALSE(channel.try_receive());
  EXPECT_TRUE(channel.is_closed());
}

TEST(Channel, TryFunctionsServeWaiters) {
  ManualExecutor executor;
  Channel<int> channel(0);
  std::vector<int> numbers;
  EXPECT_FALSE(channel.try_send(1));
  TestContext<void> receiver(executor, collect(channel, numbers));
  executor.run();
  EXPECT_TRUE(channel.try_send(1));
  executor.run();
  EXPECT_EQ(numbers, std::vector<int>{1});
  channel.close();
  executor.run();
  EXPECT_TRUE(receiver.is_done());

  Channel<int> other(0);
  TestContext<void> sender(executor, send_numbers(other, 2));
  executor.run();
  EXPECT_EQ(other.try_receive(), 0);
  executor.run();
  EXPECT_EQ(other.try_receive(), 1);
  executor.run();
  EXPECT_TRUE(sender.is_done());
}

Task<bool> sends(Channel<int>& channel, int number) { co_return co_await channel.send(number); }
Task<std::optional<int>> receives(Channel<int>& channel) { co_return co_await channel.receive(); }

TEST(Channel, CloseWakesWaitingSenders) {
  ManualExecutor executor;
  Channel<int> channel(1);
  TestContext<bool> held(executor, sends(channel, 1));
  TestContext<bool> waits(executor, sends(channel, 2));
  TestContext<bool> waits_too(executor, sends(channel, 3));
  executor.run();
  EXPECT_TRUE(held.take());
  EXPECT_FALSE(waits.is_done());
  channel.close();
  executor.run();
  EXPECT_FALSE(waits.take());
  EXPECT_FALSE(waits_too.take());
  TestContext<bool> too_late(executor, sends(channel, 4));
  TestContext<std::optional<int>> rest(executor, receives(channel));
  TestContext<std::optional<int>> end(executor, receives(channel));
  executor.run();
  EXPECT_FALSE(too_late.take());
  EXPECT_EQ(rest.take(), 1);
  EXPECT_EQ(end.take(), std::nullopt);
}

TEST(Channel, ServesReceiversInOrder) {
  ManualExecutor executor;
  Channel<int> channel(4);
  TestContext<std::optional<int>> first(executor, receives(channel));
  TestContext<std::optional<int>> second(executor, receives(channel));
  executor.run();
  EXPECT_TRUE(channel.try_send(1));
  EXPECT_TRUE(channel.try_send(2));
  executor.run();
  EXPECT_EQ(first.take(), 1);
  EXPECT_EQ(second.take(), 2);
}

TEST(Channel, ACancelledReceiverLosesNoValue) {
  ManualExecutor executor;
  Channel<int> channel(4);
  TestContext<std::optional<int>> first(executor, receives(channel));
  TestContext<std::optional<int>> second(executor, receives(channel));
  executor.run();
  first.stop();
  EXPECT_TRUE(channel.try_send(1));
  executor.run();
  EXPECT_THROW(first.take(), Cancelled);
  EXPECT_EQ(second.take(), 1);
}

TEST(Channel, AReceiverServedBeforeItsStopGetsItsValue) {
  ManualExecutor executor;
  Channel<int> channel(4);
  TestContext<std::optional<int>> receiver(executor, receives(channel));
  executor.run();
  EXPECT_TRUE(channel.try_send(1));
  receiver.stop();
  executor.run();
  EXPECT_EQ(receiver.take(), 1);
}

TEST(Channel, ACancelledSenderSendsNothing) {
  ManualExecutor executor;
  Channel<int> channel(0);
  TestContext<bool> first(executor, sends(channel, 1));
  TestContext<bool> second(executor, sends(channel, 2));
  executor.run();
  first.stop();
  EXPECT_EQ(channel.try_receive(), 2);
  executor.run();
  EXPECT_THROW(first.take(), Cancelled);
  EXPECT_TRUE(second.take());
}

Task<int> receives_after_stop(Channel<int>& channel, TaskGroup& group) {
  EXPECT_TRUE(channel.try_send(1));
  group.cancel();
  co_return *co_await channel.receive();
}
Task<> stopped_with_a_value_at_hand(Channel<int>& channel) {
  co_await task_group([&](TaskGroup& group) { group.spawn(receives_after_stop(channel, group)); });
}

TEST(Channel, ThrowsCancelledAfterStopEvenIfAValueIsReady) {
  Channel<int> channel(1);
  run_to_end(stopped_with_a_value_at_hand(channel));
  EXPECT_EQ(channel.size(), 1u);
}

Task<int> with_limits(Channel<int>& channel) {
  int timeouts = 0;
  for (int i = 0; i < 3; ++i) {
    try {
      (void)co_await with_timeout(channel.receive(), 10ms);
    } catch (const TimedOut&) {
      ++timeouts;
    }
  }
  EXPECT_TRUE(channel.try_send(40));
  co_return timeouts + *co_await with_timeout(channel.receive(), 10ms);
}

TEST(Channel, ReceivesWithATimeout) {
  Channel<int> channel(1);
  EXPECT_EQ(run_to_end(with_limits(channel)), 43);
}

TEST(Channel, WaitersMayBeDestroyedWithTheirContext) {
  ManualExecutor executor;
  Channel<int> channel(0);
  {
    TestContext<std::optional<int>> gone(executor, receives(channel));
    executor.run();
  }
  EXPECT_FALSE(channel.try_send(1));
}

/// A receive that is served in the run in which it was awaited, and stopped before that run ended.
Task<int> served_and_stopped(Channel<int>& channel) {
  int received = 0;
  co_await task_group([&](TaskGroup& group) {
    group.spawn([&]() -> Task<> { received = *co_await channel.receive(); });
    group.spawn([&]() -> Task<> {
      EXPECT_TRUE(channel.try_send(5));
      group.cancel();
      co_return;
    });
  });
  co_return received;
}

TEST(Channel, KeepsAValueGivenInTheRunOfItsStop) {
  Channel<int> channel(0);
  EXPECT_EQ(run_to_end(served_and_stopped(channel)), 5);
}

Task<> pass_on(Channel<int>& from, Channel<int>& to) {
  while (const auto number = co_await from.receive()) {
    if (!co_await to.send(*number)) co_return;
  }
}
Task<> endless(Channel<int>& there, Channel<int>& back) {
  EXPECT_TRUE(there.try_send(1));
  co_await task_group([&](TaskGroup& group) {
    group.spawn(pass_on(there, back));
    group.spawn(pass_on(back, there));
  });
}
Task<> end_it(Channel<int>& there, Channel<int>& back) {
  there.close();
  back.close();
  co_return;
}

TEST(Channel, TasksThatKeepWakingEachOtherDoNotHoldTheExecutor) {
  ManualExecutor executor;
  Channel<int> there(1);
  Channel<int> back(0);
  TestContext<void> first(executor, endless(there, back));
  TestContext<void> second(executor, end_it(there, back));
  executor.run();
  EXPECT_TRUE(first.is_done());
}

// ---- unfinished values ----

Task<> join_and_note(Channel<int>& channel, bool& joined) {
  co_await channel.join();
  joined = true;
}

TEST(Channel, JoinWaitsForTheLastTaskDoneCall) {
  for (const std::size_t capacity : {0u, 1u, 2u}) {
    ManualExecutor executor;
    Channel<int> channel(capacity);
    bool joined = false;
    TestContext<void> at_once(executor, join_and_note(channel, joined));
    executor.run();
    EXPECT_TRUE(joined) << "nothing was sent yet";

    joined = false;
    std::vector<int> numbers;
    TestContext<void> sender(executor, send_numbers(channel, 2));
    executor.run();
    TestContext<void> receiver(executor, collect(channel, numbers));
    executor.run();
    TestContext<void> joiner(executor, join_and_note(channel, joined));
    TestContext<void> other(executor, join_and_note(channel, joined));
    executor.run();
    EXPECT_EQ(numbers.size(), 2u);
    EXPECT_EQ(channel.unfinished(), 2u) << "received, but not reported by task_done";
    channel.task_done();
    executor.run();
    EXPECT_FALSE(joined);
    channel.task_done();
    executor.run();
    EXPECT_TRUE(joiner.is_done());
    EXPECT_TRUE(other.is_done());
    EXPECT_EQ(channel.unfinished(), 0u);
  }
}

TEST(Channel, CountsValuesSentWithTrySend) {
  Channel<int> channel(1);
  EXPECT_TRUE(channel.try_send(1));
  EXPECT_FALSE(channel.try_send(2));
  EXPECT_EQ(channel.unfinished(), 1u);
  EXPECT_EQ(channel.try_receive(), 1);
  EXPECT_EQ(channel.unfinished(), 1u);
  channel.close();
  EXPECT_FALSE(channel.try_send(3));
  channel.task_done();
  EXPECT_EQ(channel.unfinished(), 0u);
}

TEST(Channel, ThrowsIfTaskDoneIsCalledTooOften) {
  Channel<int> channel(1);
  EXPECT_THROW(channel.task_done(), std::logic_error);
  EXPECT_TRUE(channel.try_send(1));
  channel.task_done();
  EXPECT_THROW(channel.task_done(), std::logic_error);
  EXPECT_EQ(channel.try_receive(), 1) << "the values in the channel are not touched";
}

TEST(Channel, ACancelledJoinLeavesTheQueue) {
  ManualExecutor executor;
  Channel<int> channel(1);
  EXPECT_TRUE(channel.try_send(1));
  bool joined = false;
  TestContext<void> joiner(executor, join_and_note(channel, joined));
  executor.run();
  joiner.stop();
  executor.run();
  EXPECT_THROW(joiner.take(), Cancelled);
  channel.task_done();
  executor.run();
  EXPECT_FALSE(joined);
}

Task<> join_for_five_seconds(Channel<int>& channel) { co_await with_timeout(channel.join(), 5s); }
TEST(Channel, JoinsWithATimeout) {
  Channel<int> channel(1);
  EXPECT_NO_THROW(run_to_end(join_for_five_seconds(channel)));
  EXPECT_TRUE(channel.try_send(1));
  EXPECT_THROW(run_to_end(join_for_five_seconds(channel)), TimedOut);
}

TEST(Channel, MayBeDestroyedByTheTaskThatJoins) {
  ManualExecutor executor;
  auto channel = std::make_unique<Channel<int>>(1);
  const auto join_and_destroy = [](std::unique_ptr<Channel<int>>& at) -> Task<> {
    co_await at->join();
    at.reset();
  };
  EXPECT_TRUE(channel->try_send(1));
  TestContext<void> joiner(executor, join_and_destroy(channel));
  executor.run();
  channel->task_done();
  executor.run();
  EXPECT_TRUE(joiner.is_done());
  EXPECT_EQ(channel, nullptr);
}

// ---- by priority ----

template <class AnyChannel>
Task<std::vector<int>> received_of(AnyChannel& channel) {
  std::vector<int> numbers;
  while (const auto number = co_await channel.receive()) numbers.push_back(*number);
  co_return numbers;
}

TEST(PriorityChannel, GivesTheSmallestFirst) {
  PriorityChannel<int> channel(5);
  for (const int number : {3, 1, 4, 1, 5}) EXPECT_TRUE(channel.try_send(number));
  EXPECT_FALSE(channel.try_send(0)) << "the channel is full";
  channel.close();
  EXPECT_EQ(run_to_end(received_of(channel)), (std::vector{1, 1, 3, 4, 5}));
}

TEST(PriorityChannel, OrdersByTheGivenComparison) {
  PriorityChannel<int, std::greater<>> channel(3);
  for (const int number : {3, 1, 4}) EXPECT_TRUE(channel.try_send(number));
  channel.close();
  EXPECT_EQ(run_to_end(received_of(channel)), (std::vector{4, 3, 1}));
}

struct UrgentJob {
  int urgency;
  std::unique_ptr<int> number;
  bool operator<(const UrgentJob& other) const { return urgency < other.urgency; }
};
TEST(PriorityChannel, KeepsTheOrderOfEqualValues) {
  PriorityChannel<UrgentJob> channel(10);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(channel.try_send(UrgentJob{i % 2, std::make_unique<int>(i)}));
  }
  std::vector<int> numbers;
  while (auto job = channel.try_receive()) numbers.push_back(*job->number);
  EXPECT_EQ(numbers, (std::vector{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}));
}

Task<> send_each(PriorityChannel<int>& channel, std::vector<int> numbers) {
  for (const int number : numbers) EXPECT_TRUE(co_await channel.send(number));
  channel.close();
}
TEST(PriorityChannel, AWaitingSenderKeepsItsPlace) {
  ManualExecutor executor;
  PriorityChannel<int> channel(2);
  TestContext<void> sender(executor, send_each(channel, {5, 4, 1, 3}));
  executor.run();
  EXPECT_FALSE(sender.is_done());
  EXPECT_EQ(channel.try_receive(), 4) << "1 was not in the channel yet";
  EXPECT_EQ(channel.try_receive(), 1);
  executor.run();
  EXPECT_TRUE(sender.is_done());
  EXPECT_EQ(channel.try_receive(), 3);
  EXPECT_EQ(channel.try_receive(), 5);
}

TEST(PriorityChannel, HandsAValueToAWaitingReceiver) {
  ManualExecutor executor;
  PriorityChannel<int> channel(1);
  TestContext<std::vector<int>> receiver(executor, received_of(channel));
  executor.run();
  EXPECT_TRUE(channel.try_send(2));
  EXPECT_TRUE(channel.try_send(1)) << "the first one is with the receiver already";
  executor.run();
  channel.close();
  executor.run();
  EXPECT_EQ(receiver.take(), (std::vector{2, 1}));
  EXPECT_EQ(channel.unfinished(), 2u);
}

TEST(PriorityChannel, RejectsACapacityOfZero) {
  EXPECT_THROW(PriorityChannel<int>(0), std::invalid_argument);
}

}  // namespace
}  // namespace mastic::async
