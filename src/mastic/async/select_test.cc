#include "mastic/async/select.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "mastic/async/channel.h"
#include "mastic/async/context_testing.h"
#include "mastic/async/event.h"
#include "mastic/async/mutex.h"
#include "mastic/async/sleep.h"
#include "mastic/async/task_group.h"
#include "mastic/async/when.h"
#include "mastic/async/with_timeout.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

/// Receives one value from either channel and says which: "a1", "b2", or "a" if that channel is
/// closed.
Task<std::string> one_of(Channel<int>& a, Channel<int>& b) {
  const auto first = co_await select(a.receive(), b.receive());
  const std::string name = first.index() == 0 ? "a" : "b";
  const auto value = first.index() == 0 ? std::get<0>(first) : std::get<1>(first);
  co_return value ? name + std::to_string(*value) : name;
}

TEST(Select, TakesAReadyValueAndLeavesTheRest) {
  Channel<int> a(2);
  Channel<int> b(2);
  EXPECT_TRUE(a.try_send(1));
  EXPECT_TRUE(b.try_send(2));
  EXPECT_EQ(run_to_end(one_of(a, b)), "a1");
  EXPECT_EQ(run_to_end(one_of(a, b)), "b2");
  EXPECT_EQ(a.size() + b.size(), 0u);
}

TEST(Select, WaitsForTheFirstValueSent) {
  ManualExecutor executor;
  Channel<int> a(1);
  Channel<int> b(1);
  TestContext<std::string> waits(executor, one_of(a, b));
  executor.run();
  EXPECT_FALSE(waits.is_done());
  EXPECT_TRUE(b.try_send(2));
  executor.run();
  EXPECT_EQ(waits.take(), "b2");
}

TEST(Select, LosesNoValueSentAtTheSameTime) {
  ManualExecutor executor;
  Channel<int> a(1);
  Channel<int> b(1);
  TestContext<std::string> waits(executor, one_of(a, b));
  executor.run();
  EXPECT_TRUE(a.try_send(1));
  EXPECT_TRUE(b.try_send(2));  // the select has its value but has not resumed yet
  executor.run();
  EXPECT_EQ(waits.take(), "a1");
  EXPECT_EQ(b.try_receive(), 2);
}

TEST(Select, IsSkippedOnceItWasServedInAnotherQueue) {
  ManualExecutor executor;
  Channel<int> a(0);
  Channel<int> b(0);
  TestContext<std::string> first(executor, one_of(a, b));
  TestContext<std::string> second(executor, one_of(a, b));
  executor.run();
  EXPECT_TRUE(a.try_send(1));  // goes to the first select
  EXPECT_TRUE(b.try_send(2));  // the first is in this queue too, but already served
  EXPECT_FALSE(b.try_send(3)) << "no receiver waits";
  executor.run();
  EXPECT_EQ(first.take(), "a1");
  EXPECT_EQ(second.take(), "b2");
}

TEST(Select, GivesNulloptForAClosedChannel) {
  ManualExecutor executor;
  Channel<int> a(1);
  Channel<int> b(1);
  TestContext<std::string> waits(executor, one_of(a, b));
  executor.run();
  b.close();
  executor.run();
  EXPECT_EQ(waits.take(), "b");
  EXPECT_EQ(run_to_end(one_of(a, b)), "b");
  EXPECT_TRUE(a.try_send(1));
  EXPECT_EQ(run_to_end(one_of(a, b)), "a1") << "the first in the order of the arguments";
}

Task<int> sends_or_receives(Channel<int>& out, int value, Channel<int>& in) {
  const auto first = co_await select(out.send(value), in.receive());
  if (first.index() == 0) co_return std::get<0>(first) ? 0 : -1;
  co_return *std::get<1>(first);
}

TEST(Select, SendsToAnotherSelect) {
  ManualExecutor executor;
  Channel<int> there(0);
  Channel<int> back(0);
  TestContext<int> one(executor, sends_or_receives(there, 7, back));
  executor.run();
  TestContext<int> other(executor, sends_or_receives(back, 8, there));
  executor.run();
  EXPECT_EQ(one.take() + other.take(), 8) << "the second found the first as a receiver of `back`";
  EXPECT_FALSE(there.try_receive()) << "7 was not sent";
}

TEST(Select, MaySendAndReceiveOnOneChannel) {
  ManualExecutor executor;
  Channel<int> channel(0);
  TestContext<int> both(executor, sends_or_receives(channel, 7, channel));
  executor.run();
  EXPECT_FALSE(both.is_done()) << "a select does not serve itself";
  EXPECT_TRUE(channel.try_send(1));
  EXPECT_FALSE(channel.try_receive());
  executor.run();
  EXPECT_EQ(both.take(), 1);
}

Task<std::string> keeps_what_was_not_sent(Channel<std::unique_ptr<int>>& full, Event& enough) {
  auto first = co_await select(full.send(std::make_unique<int>(7)), enough.wait());
  co_return first.index() == 0 ? "sent" : "enough";
}

TEST(Select, SendsNothingIfAnotherBranchIsFirst) {
  ManualExecutor executor;
  Channel<std::unique_ptr<int>> channel(0);
  Event enough;
  TestContext<std::string> waits(executor, keeps_what_was_not_sent(channel, enough));
  executor.run();
  enough.set();
  EXPECT_FALSE(channel.try_receive()) << "the event was first";
  executor.run();
  EXPECT_EQ(waits.take(), "enough");
}

Task<bool> permit_or_lock(Semaphore& semaphore, Mutex& mutex) {
  auto first = co_await select(semaphore.acquire(), mutex.lock());
  co_return first.index() == 0;
}

TEST(Select, TakesNoPermitFromTheOtherBranches) {
  ManualExecutor executor;
  Semaphore semaphore(0);
  Mutex mutex;
  {
    auto held = mutex.try_lock();
    TestContext<bool> waits(executor, permit_or_lock(semaphore, mutex));
    executor.run();
    semaphore.release();
    held.reset();
    executor.run();
    EXPECT_TRUE(waits.take());
  }
  EXPECT_EQ(semaphore.available(), 1u) << "it was released at the end of the task";
  EXPECT_TRUE(mutex.try_lock());
}

TEST(Select, TakesNothingWhenCancelled) {
  ManualExecutor executor;
  Channel<int> a(1);
  Channel<int> b(0);
  TestContext<std::string> waits(executor, one_of(a, b));
  executor.run();
  waits.stop();
  EXPECT_TRUE(a.try_send(1));
  EXPECT_FALSE(b.try_send(2)) << "no receiver waits";
  executor.run();
  EXPECT_THROW((void)waits.take(), Cancelled);
  EXPECT_EQ(a.size(), 1u);
}

TEST(Select, GetsItsValueIfServedBeforeItsStop) {
  ManualExecutor executor;
  Channel<int> a(0);
  Channel<int> b(0);
  TestContext<std::string> waits(executor, one_of(a, b));
  executor.run();
  EXPECT_TRUE(b.try_send(2));
  waits.stop();
  executor.run();
  EXPECT_EQ(waits.take(), "b2");
}

Task<> after_a_stop(Channel<int>& a, Channel<int>& b) {
  co_await task_group([&](TaskGroup& group) {
    group.cancel();
    group.spawn(one_of(a, b));
  });
  co_await task_group([&](TaskGroup& group) -> Task<> {
    group.cancel();
    co_await select(a.receive(), b.receive());
    ADD_FAILURE() << "the await throws";
  });
}

TEST(Select, ThrowsCancelledAfterAStopEvenIfAValueIsReady) {
  Channel<int> a(1);
  Channel<int> b(1);
  EXPECT_TRUE(a.try_send(1));
  run_to_end(after_a_stop(a, b));
  EXPECT_EQ(a.size(), 1u);
}

/// A select that a task of its own context serves, in the run in which it began to wait and in
/// later runs.
Task<std::vector<std::string>> at_home() {
  Channel<int> a(0);
  Channel<int> b(0);
  std::vector<std::string> got;
  co_await task_group([&](TaskGroup& group) {
    group.spawn([&]() -> Task<> {
      for (int i = 0; i < 4; ++i) got.push_back(co_await one_of(a, b));
    });
    group.spawn([&]() -> Task<> {
      (void)co_await b.send(1);
      (void)co_await a.send(2);
      co_await sleep_for(1ms);
      (void)co_await a.send(3);
      (void)co_await b.send(4);
    });
  });
  co_return got;
}

TEST(Select, MayBeServedByItsOwnContext) {
  EXPECT_EQ(run_to_end(at_home()), (std::vector<std::string>{"b1", "a2", "a3", "b4"}));
}

Task<std::string> with_a_limit(Channel<int>& a, Channel<int>& b, base::Duration limit) {
  try {
    const auto first = co_await with_timeout(select(a.receive(), b.receive()), limit);
    co_return std::to_string(first.index());
  } catch (const TimedOut&) {
    co_return "late";
  }
}

TEST(Select, WorksInsideWithTimeout) {
  Channel<int> a(1);
  Channel<int> b(1);
  EXPECT_EQ(run_to_end(with_a_limit(a, b, 5ms)), "late");
  EXPECT_EQ(run_to_end(with_a_limit(a, b, 0ms)), "late");
  EXPECT_TRUE(b.try_send(2));
  EXPECT_EQ(run_to_end(with_a_limit(a, b, 0ms)), "1")
      << "the select begins even with a limit of zero";
  EXPECT_TRUE(a.try_send(1)) << "the selects that timed out have left the queues";
}

TEST(Select, MayBeDestroyedWhileItWaits) {
  ManualExecutor executor;
  Channel<int> a(0);
  Channel<int> b(0);
  {
    TestContext<std::string> gone(executor, one_of(a, b));
    executor.run();
  }
  EXPECT_FALSE(a.try_send(1));
  EXPECT_FALSE(b.try_send(1));
}

Task<std::string> first_of(std::vector<std::unique_ptr<Channel<int>>>& channels) {
  std::vector<Channel<int>::Receive> receives;
  for (auto& channel : channels) receives.push_back(channel->receive());
  const auto first = co_await select(std::move(receives));
  co_return std::to_string(first.index) + ":" + std::to_string(first.value.value_or(-1));
}

TEST(Select, TakesAVectorOfAnySize) {
  std::vector<std::unique_ptr<Channel<int>>> channels;
  for (int i = 0; i < 20; ++i) channels.push_back(std::make_unique<Channel<int>>(0));
  ManualExecutor executor;
  TestContext<std::string> waits(executor, first_of(channels));
  executor.run();
  EXPECT_TRUE(channels[13]->try_send(7));
  EXPECT_FALSE(channels[14]->try_send(8));
  executor.run();
  EXPECT_EQ(waits.take(), "13:7");
  channels.clear();
  EXPECT_THROW(run_to_end(first_of(channels)), std::invalid_argument);
}

Task<std::size_t> any_of(Channel<int>& a, Channel<int>& b) {
  const auto first = co_await when_any(a.receive(), b.receive());
  co_return first.index();
}

TEST(WhenAny, LosesNothingOfTwoReceives) {
  Channel<int> a(2);
  Channel<int> b(2);
  EXPECT_TRUE(a.try_send(1));
  EXPECT_TRUE(b.try_send(2));
  EXPECT_EQ(run_to_end(any_of(a, b)), 0u);
  EXPECT_EQ(b.size(), 1u);
}

}  // namespace
}  // namespace mastic::async
