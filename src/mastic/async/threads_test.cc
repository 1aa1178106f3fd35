// Tests of what tasks of several contexts share, mainly for ThreadSanitizer. They run on several
// executors, each driven by several threads that take it from each other at every job.

#include <gtest/gtest.h>

#include <atomic>
#include <list>
#include <vector>

#include "mastic/async/channel.h"
#include "mastic/async/condition.h"
#include "mastic/async/event.h"
#include "mastic/async/fleet_testing.h"
#include "mastic/async/run_blocking.h"
#include "mastic/async/select.h"
#include "mastic/async/sleep.h"
#include "mastic/async/task_group.h"
#include "mastic/async/threaded_executor_testing.h"
#include "mastic/async/with_timeout.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

Task<int> sends(Channel<int>& channel, int count, std::atomic<int>& sent, std::atomic<int>& left) {
  try {
    for (int i = 0; i < count; ++i) sent += co_await channel.send(1) ? 1 : 0;
  } catch (const Cancelled&) {
  }
  if (--left == 0) channel.close();
  co_return 0;
}
Task<int> receives(Channel<int>& channel, std::atomic<int>& received) {
  while (const auto number = co_await channel.receive()) received += *number;
  co_return 0;
}
Task<int> receives_with_limits(Channel<int>& channel, std::atomic<int>& received) {
  while (true) {
    try {
      const auto number = co_await with_timeout(channel.receive(), 200us);
      if (!number) co_return 0;
      received += *number;
    } catch (const TimedOut&) {
    }
  }
}

TEST(SharedByThreads, AChannelCarriesEachValueOnce) {
  for (const std::size_t capacity : {0u, 1u, 8u}) {
    Channel<int> channel(capacity);
    std::atomic<int> sent = 0;
    std::atomic<int> received = 0;
    std::atomic<int> left = 4;
    Fleet fleet;
    for (int i = 0; i < 4; ++i) fleet.start(receives(channel, received));
    for (int i = 0; i < 4; ++i) fleet.start(sends(channel, 100, sent, left));
    fleet.sum();
    EXPECT_EQ(sent, 400);
    EXPECT_EQ(received, 400);
  }
}

TEST(SharedByThreads, AChannelLosesNothingToStoppedReceivers) {
  for (const std::size_t capacity : {0u, 1u, 8u}) {
    Channel<int> channel(capacity);
    std::atomic<int> sent = 0;
    std::atomic<int> received = 0;
    std::atomic<int> left = 6;
    Fleet fleet;
    for (int i = 0; i < 6; ++i) {
      fleet.start(receives(channel, received));
      fleet.start(sends(channel, 50, sent, left));
      fleet.start(receives(channel, received));  // every third is stopped
    }
    fleet.stop_some();
    fleet.sum();
    EXPECT_EQ(sent, 300);
    EXPECT_EQ(received, 300);
  }
}

TEST(SharedByThreads, AChannelLosesNothingToTimeouts) {
  Channel<int> channel(1);
  std::atomic<int> sent = 0;
  std::atomic<int> received = 0;
  std::atomic<int> left = 2;
  Fleet fleet;
  for (int i = 0; i < 4; ++i) fleet.start(receives_with_limits(channel, received));
  for (int i = 0; i < 2; ++i) fleet.start(sends(channel, 200, sent, left));
  fleet.sum();
  EXPECT_EQ(sent, 400);
  EXPECT_EQ(received, 400);
}

/// Sends values, joins, and gives how many of them had been reported by then.
template <class AnyChannel>
Task<int> sends_and_joins(AnyChannel& channel, std::atomic<int>& done) {
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(co_await channel.send(i % 5));
  co_await channel.join();
  const int seen = done;
  channel.close();
  co_return seen;
}
template <class AnyChannel>
Task<int> deals_with(AnyChannel& channel, std::atomic<int>& done) {
  while (const auto number = co_await channel.receive()) {
    EXPECT_LT(*number, 5);
    ++done;
    channel.task_done();
  }
  co_return 0;
}

TEST(SharedByThreads, JoinWaitsForTheWorkOfOthers) {
  for (const std::size_t capacity : {1u, 8u}) {
    Channel<int> channel(capacity);
    PriorityChannel<int> by_size(capacity);
    std::atomic<int> done = 0;
    std::atomic<int> done_by_size = 0;
    Fleet fleet;
    for (int i = 0; i < 3; ++i) fleet.start(deals_with(channel, done));
    for (int i = 0; i < 3; ++i) fleet.start(deals_with(by_size, done_by_size));
    fleet.start(sends_and_joins(channel, done));
    fleet.start(sends_and_joins(by_size, done_by_size));
    EXPECT_EQ(fleet.sum(), 400);
    EXPECT_EQ(channel.unfinished() + by_size.unfinished(), 0u);
  }
}

/// Receives from two channels, in either order, until both are closed.
Task<int> selects(Channel<int>& one, Channel<int>& other, std::atomic<int>& received) {
  while (true) {
    const auto first = co_await select(one.receive(), other.receive());
    const auto number = first.index() == 0 ? std::get<0>(first) : std::get<1>(first);
    if (!number) break;
    received += *number;
  }
  Channel<int>& left = one.is_closed() ? other : one;
  while (const auto number = co_await left.receive()) received += *number;
  while (const auto number = one.try_receive()) received += *number;
  co_return 0;
}

TEST(SharedByThreads, SelectsLoseNothing) {
  for (const std::size_t capacity : {0u, 1u, 8u}) {
    Channel<int> one(capacity);
    Channel<int> other(capacity);
    std::atomic<int> sent = 0;
    std::atomic<int> received = 0;
    std::atomic<int> left_of_one = 2;
    std::atomic<int> left_of_other = 2;
    Fleet fleet;
    for (int i = 0; i < 2; ++i) {
      fleet.start(selects(one, other, received));
      fleet.start(selects(other, one, received));
      fleet.start(selects(one, other, received));  // every third is stopped
      fleet.start(sends(one, 100, sent, left_of_one));
      fleet.start(sends(other, 100, sent, left_of_other));
      fleet.start(selects(other, one, received));  // stopped too
    }
    fleet.stop_some();
    fleet.sum();
    EXPECT_EQ(sent, 400);
    EXPECT_EQ(received, 400);
  }
}

/// Sends or receives a value, through either channel, until enough were traded.
Task<int> trades(Channel<int>& one, Channel<int>& other, std::atomic<int>& left,
                 std::atomic<int>& balance) {
  while (true) {
    const auto first = co_await select(one.send(1), other.receive(), other.send(1), one.receive());
    const bool has_traded = std::visit([](const auto& each) { return bool(each); }, first);
    if (!has_traded) co_return 1;  // the channels are closed
    balance += first.index() % 2 == 0 ? 1 : -1;
    if (--left > 0) continue;
    one.close();
    other.close();
  }
}

TEST(SharedByThreads, SelectsServeEachOther) {
  Channel<int> one(0);
  Channel<int> other(0);
  std::atomic<int> left = 400;
  std::atomic<int> balance = 0;
  Fleet fleet;
  for (int i = 0; i < 6; ++i) fleet.start(trades(one, other, left, balance));
  EXPECT_EQ(fleet.sum(), 6);
  EXPECT_EQ(balance, 0);
}

Task<int> sends_a_few(Channel<int>& channel, std::atomic<int>& sent) {
  for (int i = 0; i < 50; ++i) {
    if (!co_await channel.send(1)) break;
    ++sent;
  }
  channel.close();
  co_return 0;
}

TEST(SharedByThreads, AChannelIsClosedWhileSendersWait) {
  Channel<int> channel(2);
  std::atomic<int> sent = 0;
  std::atomic<int> received = 0;
  Fleet fleet;
  for (int i = 0; i < 6; ++i) fleet.start(sends_a_few(channel, sent));
  fleet.start(receives(channel, received));
  fleet.sum();
  EXPECT_EQ(sent, received);
}

Task<int> counts(Mutex& mutex, int& count) {
  for (int i = 0; i < 50; ++i) {
    const auto guard = co_await mutex.lock();
    const int seen = count;
    co_await run_blocking([] { std::this_thread::yield(); });
    count = seen + 1;
  }
  co_return 50;
}

TEST(SharedByThreads, AMutexAdmitsOneAtATime) {
  Mutex mutex;
  int count = 0;
  Fleet fleet;
  for (int i = 0; i < 6; ++i) fleet.start(counts(mutex, count));
  EXPECT_EQ(fleet.sum(), 300);
  EXPECT_EQ(count, 300);
}

Task<int> acquires(Semaphore& semaphore, std::atomic<int>& inside) {
  for (int i = 0; i < 50; ++i) {
    const auto permit = co_await semaphore.acquire();
    EXPECT_LE(++inside, 2);
    --inside;
  }
  co_return 1;
}

TEST(SharedByThreads, ASemaphoreLosesNoPermitToStoppedWaiters) {
  Semaphore semaphore(2);
  std::atomic<int> inside = 0;
  Fleet fleet;
  for (int i = 0; i < 12; ++i) fleet.start(acquires(semaphore, inside));
  fleet.stop_some();
  EXPECT_GE(fleet.sum(), 8);
  EXPECT_EQ(semaphore.available(), 2u);
}

struct Jobs {
  Mutex mutex;
  Condition changed;
  int waiting = 0;
  bool closed = false;
};
Task<int> takes_jobs(Jobs& jobs) {
  int taken = 0;
  auto guard = co_await jobs.mutex.lock();
  while (true) {
    co_await jobs.changed.wait(guard, [&] { return jobs.waiting > 0 || jobs.closed; });
    if (jobs.waiting == 0) co_return taken;
    --jobs.waiting;
    ++taken;
  }
}
Task<int> gives_jobs(Jobs& jobs, std::atomic<int>& left) {
  for (int i = 0; i < 50; ++i) {
    const auto guard = co_await jobs.mutex.lock();
    ++jobs.waiting;
    jobs.changed.notify_one();
  }
  const auto guard = co_await jobs.mutex.lock();
  jobs.closed = --left == 0;
  if (jobs.closed) jobs.changed.notify_all();
  co_return 0;
}

TEST(SharedByThreads, AConditionMissesNoNotification) {
  Jobs jobs;
  std::atomic<int> left = 3;
  Fleet fleet;
  for (int i = 0; i < 3; ++i) {
    fleet.start(takes_jobs(jobs));
    fleet.start(gives_jobs(jobs, left));
  }
  EXPECT_EQ(fleet.sum(), 150);
}

Task<int> asks_and_waits(Channel<Event*>& asked) {
  for (int i = 0; i < 50; ++i) {
    Event answered;  // destroyed as soon as it was set
    EXPECT_TRUE(co_await asked.send(&answered));
    co_await answered.wait();
  }
  co_return 50;
}
Task<int> answers(Channel<Event*>& asked) {
  int count = 0;
  while (const auto event = co_await asked.receive()) {
    (*event)->set();
    if (++count == 150) asked.close();
  }
  co_return 0;
}

TEST(SharedByThreads, AnEventMayBeDestroyedOnceItWasSet) {
  Channel<Event*> asked(4);
  Fleet fleet;
  fleet.start(answers(asked));
  for (int i = 0; i < 3; ++i) fleet.start(asks_and_waits(asked));
  EXPECT_EQ(fleet.sum(), 150);
}

/// Runs groups, timeouts and channels within one context, whose executor changes threads at every
/// job.
Task<int> busy_within() {
  int sum = 0;
  for (int round = 0; round < 5; ++round) {
    Channel<int> channel(static_cast<std::size_t>(round % 3));
    co_await task_group([&](TaskGroup& group) {
      group.spawn([&]() -> Task<> {
        for (int i = 0; i < 20; ++i) {
          EXPECT_TRUE(co_await channel.send(1));
          if (i % 7 == 0) co_await sleep_for(0ms);
        }
        channel.close();
      });
      for (int i = 0; i < 3; ++i) {
        group.spawn([&]() -> Task<> {
          while (const auto number = co_await channel.receive()) sum += *number;
        });
      }
      group.spawn([&]() -> Task<> {
        try {
          co_await with_timeout(sleep_for(1h), 100us);
        } catch (const TimedOut&) {
          ++sum;
        }
      });
    });
  }
  co_return sum;
}

TEST(SharedByThreads, GroupsRunOnExecutorsThatChangeThreads) {
  Fleet fleet;
  for (int i = 0; i < 6; ++i) fleet.start(busy_within());
  EXPECT_EQ(fleet.sum(), 6 * 5 * 21);
}

TEST(SharedByThreads, GroupsAreStoppedAtAnyMoment) {
  Fleet fleet;
  for (int i = 0; i < 12; ++i) fleet.start(busy_within());
  fleet.stop_some();
  EXPECT_GE(fleet.sum(), 8 * 5 * 21);
}

/// A blocking executor with its own threads.
class ThreadBlockingExecutor final : public BlockingExecutor {
 public:
  ~ThreadBlockingExecutor() {
    for (std::thread& thread : threads_) thread.join();
  }
  bool submit(BlockingWork& work) override {
    const std::lock_guard lock(mutex_);
    threads_.emplace_back([this, &work] {
      if (withdraw(work)) work.run();
    });
    queue_.push_back(&work);
    return true;
  }
  bool withdraw(BlockingWork& work) noexcept override {
    const std::lock_guard lock(mutex_);
    return queue_.remove(&work) != 0;
  }
  bool has_reserve() const noexcept override { return true; }

 private:
  std::mutex mutex_;
  std::list<BlockingWork*> queue_;
  std::vector<std::thread> threads_;
};

Task<int> blocks_until_stopped() {
  co_return co_await run_blocking([](std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
    return 1;
  });
}

TEST(SharedByThreads, BlockingCodeIsToldToStopOrNeverBegins) {
  ThreadBlockingExecutor blocking_executor;
  ThreadedExecutor executor(2);
  executor.set_blocking_executor(blocking_executor);
  std::list<ThreadedContext<int>> contexts;
  for (int i = 0; i < 8; ++i) contexts.emplace_back(executor, blocks_until_stopped());
  int begun = 0;
  int never = 0;
  for (auto& context : contexts) context.stop_soon();
  for (auto& context : contexts) {
    try {
      begun += context.take();
    } catch (const Cancelled&) {
      ++never;
    }
  }
  executor.join();
  EXPECT_EQ(begun + never, 8);
}

}  // namespace
}  // namespace mastic::async
