#include "mastic/threads/thread_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mastic/threads/event.h"
#include "mastic/threads/thread_pool_testing.h"
#include "mastic/threads/wait.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

// ---- tasks ----

TEST_F(ThreadPoolTest, RunsATaskOnAnotherThread) {
  ThreadPool pool;
  EXPECT_EQ(pool.submit([] { return 6 * 7; }).get(), 42);
  EXPECT_NE(pool.submit([] { return std::this_thread::get_id(); }).get(),
            std::this_thread::get_id());
  pool.submit([] {}).get();
}

TEST_F(ThreadPoolTest, TakesAndReturnsWhatOnlyMoves) {
  ThreadPool pool;
  auto number = std::make_unique<int>(7);
  auto future = pool.submit([mine = std::move(number)]() mutable { return std::move(mine); });
  EXPECT_EQ(*future.get(), 7);
}

struct OddError {};

TEST_F(ThreadPoolTest, KeepsExceptionsOfAnyType) {
  ThreadPool pool;
  EXPECT_THROW(pool.submit([] { throw std::runtime_error("no tea"); }).get(), std::runtime_error);
  EXPECT_THROW(pool.submit([] { throw 7; }).get(), int);
  EXPECT_THROW(pool.submit([] { throw OddError(); }).get(), OddError);
  EXPECT_THROW(pool.submit([] { throw async::Cancelled(); }).get(), async::Cancelled);
}

TEST_F(ThreadPoolTest, ReportsExceptionsThatAreNeverCollected) {
  {
    ThreadPool pool({.name = "tea", .max_threads = 1});
    (void)pool.submit([] { throw std::runtime_error("no tea"); });
    (void)pool.submit({.name = "pour"}, [] { throw 7; });
  }
  expected_reports = {
      "task 'tea' failed, and its result was never collected: no tea",
      "task 'pour' failed, and its result was never collected: an exception of type "
      "int"};
}

TEST_F(ThreadPoolTest, RunsTasksInTheOrderOfSubmission) {
  std::vector<int> order;
  ThreadPool pool(single());
  for (int i = 0; i < 100; ++i) (void)pool.submit([&order, i] { order.push_back(i); });
  pool.stop(Stop::Drain);
  EXPECT_TRUE(std::ranges::equal(order, std::views::iota(0, 100)));
}

TEST_F(ThreadPoolTest, NamesItsThreads) {
  ThreadPool pool({.name = "tea", .max_threads = 1});
  EXPECT_EQ(pool.submit([] {
                  char name[16] = {};
                  pthread_getname_np(pthread_self(), name, sizeof name);
                  return std::string(name);
                })
                .get(),
            "tea-1");
}

/// Its destructor throws, unless the object was moved from.
struct BadEndOfTask {
  BadEndOfTask() = default;
  BadEndOfTask(BadEndOfTask&& other) noexcept : armed(std::exchange(other.armed, false)) {}
  ~BadEndOfTask() noexcept(false) {
    if (armed) throw std::runtime_error("it ends badly");
  }
  bool armed = true;
};

TEST_F(ThreadPoolTest, ReportsWhatTheDestructorOfACapturedObjectThrows) {
  ThreadPool pool(single());
  EXPECT_EQ(pool.submit({.name = "a"}, [bad = BadEndOfTask()] { return 7; }).get(), 7);
  EXPECT_THROW(pool.submit({.name = "b"}, [bad = BadEndOfTask()] { throw 7; }).get(), int);
  Future<> held = hold(pool);
  Future<> cancelled = pool.submit({.name = "c"}, [bad = BadEndOfTask()] {});
  EXPECT_EQ(cancelled.cancel(), Cancel::Prevented);
  gate.set();
  expected_reports = {"a destructor of what 'a' had captured threw: it ends badly",
                      "a destructor of what 'b' had captured threw: it ends badly",
                      "a destructor of what 'c' had captured threw: it ends badly"};
}

TEST_F(ThreadPoolTest, DestroysWhatATaskCapturedBeforeItIsDone) {
  ThreadPool pool;
  const auto thing = std::make_shared<int>(7);
  Future<> future = pool.submit([thing] {});
  future.wait();
  EXPECT_EQ(thing.use_count(), 1);
}

// ---- many ----

TEST_F(ThreadPoolTest, MapsInOrder) {
  ThreadPool pool({.max_threads = 3});
  const std::list<int> numbers{1, 2, 3, 4, 5};
  EXPECT_EQ(pool.map(numbers, [](int n) { return std::to_string(n); }),
            (std::vector<std::string>{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(pool.map(std::views::iota(0, 4), [](int n) { return n * n; }),
            (std::vector{0, 1, 4, 9}));
  std::vector<int> changed{1, 2, 3};
  pool.map(changed, [](int& n) { n *= 2; });
  EXPECT_EQ(changed, (std::vector{2, 4, 6}));
  EXPECT_TRUE(pool.map(std::vector<int>(), [](int n) { return n; }).empty());
}

TEST_F(ThreadPoolTest, MapThrowsTheFirstExceptionAfterAllHaveEnded) {
  ThreadPool pool({.max_threads = 2});
  std::atomic<int> running = 0;
  const auto fail = [&](int n) {
    ++running;
    if (n == 3) std::this_thread::yield();
    --running;
    if (n == 3) throw n;
    return n;
  };
  EXPECT_THROW((void)pool.map(std::views::iota(0, 100), fail), int);
  EXPECT_EQ(running, 0);
}

TEST_F(ThreadPoolTest, MapWorksWithASmallQueue) {
  ThreadPool pool({.max_threads = 2, .max_queued = 2});
  const auto squares = pool.map(std::views::iota(0, 200), [](int n) { return n * n; });
  EXPECT_EQ(squares.back(), 199 * 199);
}

TEST_F(ThreadPoolTest, SubmitsAllAtOnce) {
  ThreadPool pool({.max_threads = 3});
  auto futures = pool.submit_all(std::vector{1, 2, 3}, [](int n) { return n * 10; });
  int sum = 0;
  for (Future<int>& future : as_completed(futures)) sum += future.get();
  EXPECT_EQ(sum, 60);
}

// ---- threads ----

TEST_F(ThreadPoolTest, StartsThreadsWhenTheyAreNeeded) {
  ThreadPool pool({.max_threads = 3, .max_stand_ins = 0});
  EXPECT_EQ(pool.statistics().threads, 0u);
  std::vector<Future<>> held;
  for (std::size_t i = 1; i <= 3; ++i) {
    held.push_back(hold(pool));
    EXPECT_EQ(pool.statistics().threads, i);
  }
  const Future<> fourth = pool.submit([] {});
  EXPECT_EQ(pool.statistics().threads, 3u);
  EXPECT_EQ(pool.statistics().queued, 1u);
  gate.set();
}

TEST_F(ThreadPoolTest, UsesAnIdleThreadBeforeItStartsOne) {
  ThreadPool pool({.max_threads = 3});
  for (int i = 0; i < 10; ++i) {
    pool.submit([] {}).get();
    wait_until([&] { return pool.statistics().idle == 1; });
  }
  EXPECT_EQ(pool.statistics().threads, 1u);
}

TEST_F(ThreadPoolTest, EndsThreadsThatWereIdleForTooLong) {
  ThreadPool pool({.min_threads = 1, .max_threads = 3, .max_idle = 1ms});
  for (int round = 0; round < 2; ++round) {
    gate.is_open = false;
    std::vector<Future<>> held;
    for (int i = 0; i < 3; ++i) held.push_back(hold(pool));
    EXPECT_EQ(pool.statistics().threads, 3u);
    gate.set();
    wait_all(held);
    wait_until([&] { return pool.statistics().threads == 1; });
  }
  EXPECT_EQ(pool.submit([] { return 7; }).get(), 7);
}

TEST_F(ThreadPoolTest, KeepsAFixedNumberOfThreads) {
  ThreadPool pool({.min_threads = 2, .max_threads = 2, .max_idle = 0ms});
  wait_until([&] { return pool.statistics().idle == 2; });
  EXPECT_EQ(pool.statistics().threads, 2u);
}

TEST_F(ThreadPoolTest, RefusesOptionsThatMakeNoSense) {
  EXPECT_THROW(ThreadPool({.max_threads = 0}), std::logic_error);
  EXPECT_THROW(ThreadPool({.min_threads = 3, .max_threads = 2}), std::logic_error);
  EXPECT_THROW(ThreadPool({.max_queued = 0}), std::logic_error);
}

TEST_F(ThreadPoolTest, InitializesEachThread) {
  static thread_local int prepared = 0;
  ThreadPool pool({.max_threads = 2, .initializer = [] { prepared = 7; }});
  EXPECT_EQ(pool.submit([] { return prepared; }).get(), 7);
}

TEST_F(ThreadPoolTest, AnInitializerThatFailsBreaksThePool) {
  ThreadPool pool({.name = "tea", .max_threads = 2, .initializer = [this] {
                     gate.wait();
                     throw std::runtime_error("no water");
                   }});
  Future<int> first = pool.submit([] { return 1; });
  Future<int> second = pool.submit({.name = "pour"}, [] { return 2; });
  gate.set();
  EXPECT_EQ(why_lost(std::move(first)), Why::Broken);
  try {
    (void)second.get();
    FAIL();
  } catch (const TaskLost& lost) {
    EXPECT_STREQ(lost.what(),
                 "task 'pour' was not run: its pool is broken: an initializer failed: no water");
  }
  EXPECT_EQ(why_lost(pool.submit([] {})), Why::Broken);
  pool.stop(Stop::Drain);
  const std::string report = "a function that 'tea' calls threw: no water";
  expected_reports = std::vector<std::string>(reported.size(), report);
  EXPECT_FALSE(reported.empty());
}

TEST_F(ThreadPoolTest, AnInitializerMayThrowAnything) {
  ThreadPool pool({.name = "tea", .max_threads = 1, .initializer = [] { throw 7; }});
  EXPECT_EQ(why_lost(pool.submit([] {})), Why::Broken);
  pool.stop(Stop::Drain);
  expected_reports = {"a function that 'tea' calls threw: an exception of type int"};
}

// ---- statistics ----

TEST_F(ThreadPoolTest, ReportsStatistics) {
  ThreadPool pool(single());
  Future<> held = hold(pool);
  Future<> failing = pool.submit([] { throw 7; });
  wait_until([&] { return pool.statistics().oldest > 0ns; });
  auto now = pool.statistics();
  EXPECT_EQ(now.threads, 1u);
  EXPECT_EQ(now.busy, 1u);
  EXPECT_EQ(now.idle, 0u);
  EXPECT_EQ(now.queued, 1u);
  EXPECT_EQ(now.done, 0u);
  gate.set();
  EXPECT_THROW(failing.get(), int);
  now = pool.statistics();
  EXPECT_EQ(now.done, 2u);
  EXPECT_EQ(now.failed, 1u);
  EXPECT_EQ(now.lost, 0u);
  EXPECT_EQ(now.oldest, 0ns);
}

// ---- tasks that wait ----

int fibonacci(ThreadPool& pool, int n) {
  if (n < 2) return n;
  Future<int> left = pool.submit([&pool, n] { return fibonacci(pool, n - 1); });
  Future<int> right = pool.submit([&pool, n] { return fibonacci(pool, n - 2); });
  return left.get() + right.get();
}

TEST_F(ThreadPoolTest, TasksMayWaitForTheirTasksWithASingleThread) {
  ThreadPool pool(single());
  EXPECT_EQ(pool.submit([&] { return fibonacci(pool, 10); }).get(), 55);
  ThreadPool two({.max_threads = 2, .max_stand_ins = 0});
  EXPECT_EQ(two.submit([&] { return fibonacci(two, 12); }).get(), 144);
}

TEST_F(ThreadPoolTest, TasksMayWaitForTheirTasksInOtherWays) {
  ThreadPool pool(single());
  const auto outer = [&] {
    auto futures = pool.submit_all(std::vector{1, 2, 3}, [](int n) { return n; });
    int sum = static_cast<int>(wait_any(futures));
    for (Future<int>& future : as_completed(futures)) sum += future.get();
    sum += pool.submit([] { return 10; }).then([](int n) { return n * 10; }).get();
    for (const int n : pool.map(std::vector{1, 2}, [](int n) { return n * 1000; })) sum += n;
    return sum;
  };
  EXPECT_EQ(pool.submit(outer).get(), 3106);
}

TEST_F(ThreadPoolTest, AThreadThatBlocksIsReplaced) {
  ThreadPool pool({.max_threads = 1, .max_stand_ins = 1});
  Event event;
  Future<> waits = pool.submit([&] { event.wait(); });
  pool.submit([] {}).get();  // the stand-in runs it
  wait_until([&] { return pool.statistics().blocked == 1; });
  EXPECT_EQ(pool.statistics().threads, 2u);
  event.set();
  waits.get();
  pool.submit([] {}).get();
  wait_until([&] { return pool.statistics().threads == 1; });
}

TEST_F(ThreadPoolTest, ATaskMayWaitForOneQueuedBehindIt) {
  ThreadPool pool({.max_threads = 1, .max_stand_ins = 1});
  Event event;
  Future<> first = pool.submit([&] { event.wait(); });
  Future<> second = pool.submit([&] { event.set(); });
  first.get();
  second.get();
}

TEST_F(ThreadPoolTest, ReportsThatAllThreadsWaitAndNoneMayBeStarted) {
  ThreadPool pool(single());
  Event event;
  Future<> waits = pool.submit([&] {
    gate.wait();
    event.wait();
  });
  Future<> queued = pool.submit([] {});
  gate.set();
  wait_until([&] {
    const std::lock_guard lock(mutex);
    return !reported.empty();
  });
  event.set();
  queued.get();
  expected_reports = {
      "pool 'single': all its threads (1) are waiting while tasks (1) are queued; if they wait for "
      "those tasks, they wait forever"};
}

// ---- as an executor of blocking work ----

struct Work final : async::BlockingWork {
  void run() noexcept override { has_run.set(); }
  Event has_run;
};

TEST_F(ThreadPoolTest, IsABlockingExecutor) {
  ThreadPool pool(single(1));
  async::BlockingExecutor& blocking_executor = pool;
  EXPECT_FALSE(blocking_executor.has_reserve());
  Future<> held = hold(pool);
  Work first;
  Work second;
  EXPECT_TRUE(blocking_executor.submit(first));
  EXPECT_FALSE(blocking_executor.submit(second)) << "full, and it does not wait";
  EXPECT_TRUE(blocking_executor.withdraw(first));
  EXPECT_FALSE(blocking_executor.withdraw(first));
  EXPECT_TRUE(blocking_executor.submit(second));
  gate.set();
  second.has_run.wait();
  EXPECT_FALSE(blocking_executor.withdraw(second));
  EXPECT_FALSE(first.has_run.is_set());
  pool.stop(Stop::Drain);
  EXPECT_FALSE(blocking_executor.submit(first));
}

TEST_F(ThreadPoolTest, BlockingWorkIsNeitherShedNorDiscarded) {
  ThreadPool pool(single(1, WhenFull::ShedOldest));
  Future<> held = hold(pool);
  Work work;
  EXPECT_TRUE(pool.submit(work));
  EXPECT_EQ(why_lost(pool.submit([] {})), Why::Refused) << "there is nothing to shed";
  std::jthread stopper([&] { pool.stop(Stop::Discard); });
  gate.set();
  work.has_run.wait();
}

}  // namespace
}  // namespace mastic::threads
