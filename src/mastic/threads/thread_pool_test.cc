#include "mastic/threads/thread_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mastic/threads/event.h"
#include "mastic/threads/uncaught_error.h"
#include "mastic/threads/wait.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;
using Why = TaskLost::Why;

template <class Condition>
void wait_until(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

/// Why a future has no result.
template <class T>
Why why_lost(Future<T> future) {
  try {
    (void)future.get();
  } catch (const TaskLost& lost) {
    return lost.why();
  }
  throw std::logic_error("the task was not lost");
}

/// Waiting for it is nothing that a pool knows of, other than for an Event.
struct Gate {
  void set() {
    is_open = true;
    is_open.notify_all();
  }
  void wait() const { is_open.wait(false); }
  std::atomic<bool> is_open = false;
};

struct ThreadPoolTest : testing::Test {
  void TearDown() override { EXPECT_EQ(reported, expected_reports); }

  /// One thread and nothing that stands in for it.
  static ThreadPool::Options single(std::size_t max_queued = ThreadPool::kUnbounded,
                                    WhenFull when_full = WhenFull::Wait) {
    return {.name = "single",
            .max_threads = 1,
            .max_stand_ins = 0,
            .max_queued = max_queued,
            .when_full = when_full};
  }
  /// Holds a thread of a pool until `gate` is set, and waits until it does.
  Future<> hold(ThreadPool& pool) {
    Event begun;
    Future<> held = pool.submit([&] {
      begun.set();
      gate.wait();
    });
    begun.wait();
    return held;
  }

  Gate gate;
  std::mutex mutex;
  std::vector<std::string> reported;
  std::vector<std::string> expected_reports;
  const UncaughtHook hook{[this](const UncaughtError& error) {
    const std::lock_guard lock(mutex);
    reported.push_back(error.message());
  }};
};

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

struct Odd {};

TEST_F(ThreadPoolTest, KeepsExceptionsOfAnyType) {
  ThreadPool pool;
  EXPECT_THROW(pool.submit([] { throw std::runtime_error("no tea"); }).get(), std::runtime_error);
  EXPECT_THROW(pool.submit([] { throw 7; }).get(), int);
  EXPECT_THROW(pool.submit([] { throw Odd(); }).get(), Odd);
  EXPECT_THROW(pool.submit([] { throw async::Cancelled(); }).get(), async::Cancelled);
}

TEST_F(ThreadPoolTest, ReportsExceptionsThatNobodyCollects) {
  {
    ThreadPool pool({.name = "tea", .max_threads = 1});
    (void)pool.submit([] { throw std::runtime_error("no tea"); });
    (void)pool.submit({.name = "pour"}, [] { throw 7; });
  }
  expected_reports = {"task 'tea' failed, and nobody asked for its result: no tea",
                      "task 'pour' failed, and nobody asked for its result: an exception of type "
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

/// Its destructor throws, but for those that were moved from.
struct BadEnd {
  BadEnd() = default;
  BadEnd(BadEnd&& other) noexcept : armed(std::exchange(other.armed, false)) {}
  ~BadEnd() noexcept(false) {
    if (armed) throw std::runtime_error("it ends badly");
  }
  bool armed = true;
};

TEST_F(ThreadPoolTest, ReportsWhatTheDestructorOfACapturedObjectThrows) {
  ThreadPool pool(single());
  EXPECT_EQ(pool.submit({.name = "a"}, [bad = BadEnd()] { return 7; }).get(), 7);
  EXPECT_THROW(pool.submit({.name = "b"}, [bad = BadEnd()] { throw 7; }).get(), int);
  Future<> held = hold(pool);
  Future<> cancelled = pool.submit({.name = "c"}, [bad = BadEnd()] {});
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

TEST_F(ThreadPoolTest, EndsThreadsThatWereIdleForLong) {
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

// ---- a full queue ----

TEST_F(ThreadPoolTest, AFullQueueMayLetOnesWait) {
  struct Host final : BlockingHost {
    void blocks() noexcept override { has_blocked.set(); }
    void goes_on() noexcept override {}
    Event has_blocked;
  } host;
  ThreadPool pool(single(1));
  Future<> held = hold(pool);
  Future<int> queued = pool.submit([] { return 1; });
  std::jthread submitter([&] {
    BlockingScope::set_host(&host);
    EXPECT_EQ(pool.submit([] { return 2; }).get(), 2);
  });
  host.has_blocked.wait();
  EXPECT_EQ(pool.try_submit([] {}), std::nullopt) << "this does not wait";
  gate.set();
  EXPECT_EQ(queued.get(), 1);
}

TEST_F(ThreadPoolTest, ATaskThatMeetsAFullQueueRunsTheOther) {
  ThreadPool pool(single(1));
  const auto outer = [&] {
    (void)pool.submit([] {});
    return pool.submit([] { return std::this_thread::get_id(); }).get() ==
           std::this_thread::get_id();
  };
  EXPECT_TRUE(pool.submit(outer).get());
}

TEST_F(ThreadPoolTest, AFullQueueMayRefuse) {
  ThreadPool pool(single(1, WhenFull::Refuse));
  Future<> held = hold(pool);
  Future<int> queued = pool.submit([] { return 1; });
  Future<int> refused = pool.submit({.name = "pour"}, [] { return 2; });
  EXPECT_TRUE(refused.is_done());
  try {
    (void)refused.get();
    FAIL();
  } catch (const TaskLost& lost) {
    EXPECT_EQ(lost.why(), Why::Refused);
    EXPECT_STREQ(lost.what(), "task 'pour' was refused: the queue of its pool is full");
  }
  EXPECT_EQ(pool.try_submit([] {}), std::nullopt);
  EXPECT_EQ(pool.statistics().refused, 2u);
  gate.set();
  EXPECT_EQ(queued.get(), 1);
}

TEST_F(ThreadPoolTest, AFullQueueMayShedItsOldest) {
  ThreadPool pool(single(2, WhenFull::ShedOldest));
  Future<> held = hold(pool);
  auto first = pool.submit([] { return 1; });
  auto second = pool.submit([] { return 2; });
  auto third = pool.submit([] { return 3; });
  EXPECT_TRUE(first.is_done());
  EXPECT_EQ(why_lost(std::move(first)), Why::Shed);
  EXPECT_EQ(pool.statistics().lost, 1u);
  EXPECT_EQ(pool.try_submit([] {}), std::nullopt) << "this sheds nothing";
  gate.set();
  EXPECT_EQ(second.get(), 2);
  EXPECT_EQ(third.get(), 3);
}

TEST_F(ThreadPoolTest, AShedTaskIsReportedWhenNobodyAsks) {
  {
    ThreadPool pool(single(1, WhenFull::ShedOldest));
    Future<> held = hold(pool);
    (void)pool.submit({.name = "pour"}, [] {});
    pool.submit([] {}).wait_for(0ms) ? void() : void();
    gate.set();
  }
  expected_reports = {
      "task 'pour' failed, and nobody asked for its result: task 'pour' made room for a newer one: "
      "the queue of its pool was full"};
}

TEST_F(ThreadPoolTest, ACancelledTaskLeavesItsPlaceInTheQueue) {
  ThreadPool pool(single(1, WhenFull::Refuse));
  Future<> held = hold(pool);
  Future<> queued = pool.submit([] {});
  EXPECT_EQ(queued.cancel(), Cancel::Prevented);
  EXPECT_EQ(pool.statistics().queued, 0u);
  Future<int> next = pool.submit([] { return 7; });
  gate.set();
  EXPECT_EQ(next.get(), 7);
}

// ---- cancel and deadlines ----

TEST_F(ThreadPoolTest, CancelsATaskBeforeItBegins) {
  ThreadPool pool(single());
  Future<> held = hold(pool);
  bool has_run = false;
  const auto thing = std::make_shared<int>();
  Future<> future = pool.submit([&has_run, thing] { has_run = true; });
  EXPECT_EQ(future.cancel(), Cancel::Prevented);
  EXPECT_EQ(thing.use_count(), 1) << "what it captured is gone at once";
  EXPECT_EQ(why_lost(std::move(future)), Why::Cancelled);
  gate.set();
  pool.stop(Stop::Drain);
  EXPECT_FALSE(has_run);
  EXPECT_EQ(pool.statistics().lost, 1u);
  EXPECT_EQ(pool.statistics().done, 1u);
}

TEST_F(ThreadPoolTest, AsksATaskThatRunsToStop) {
  ThreadPool pool;
  Event begun;
  Future<int> future = pool.submit([&](const std::stop_token& stop) {
    begun.set();
    wait_until([&] { return stop.stop_requested(); });
    return 7;
  });
  begun.wait();
  EXPECT_EQ(future.cancel(), Cancel::Asked);
  EXPECT_EQ(future.get(), 7);
}

TEST_F(ThreadPoolTest, CannotCancelATaskThatHasEnded) {
  ThreadPool pool;
  Future<int> future = pool.submit([] { return 7; });
  future.wait();
  EXPECT_EQ(future.cancel(), Cancel::TooLate);
  EXPECT_EQ(future.get(), 7);
}

TEST_F(ThreadPoolTest, ATaskThatIsLateDoesNotBegin) {
  ThreadPool pool(single());
  Future<> held = hold(pool);
  Future<> late = pool.submit({.name = "pour", .deadline = 1ms}, [] {});
  Future<> in_time = pool.submit({.deadline = 1h}, [] {});
  try {
    late.get();
    FAIL();
  } catch (const TaskLost& lost) {
    EXPECT_EQ(lost.why(), Why::Expired);
    EXPECT_STREQ(lost.what(), "task 'pour' did not begin before its deadline");
  }
  EXPECT_EQ(pool.statistics().lost, 1u);
  gate.set();
  in_time.get();
}

TEST_F(ThreadPoolTest, ATaskIsAskedToStopAtItsDeadline) {
  ThreadPool pool;
  const auto wait_for_stop = [](const std::stop_token& stop) {
    wait_until([&] { return stop.stop_requested(); });
  };
  // On a busy machine it may not have begun in time; then the deadline is to be longer.
  for (std::chrono::milliseconds deadline = 2ms;; deadline *= 2) {
    Future<> later = pool.submit({.deadline = 2 * deadline}, wait_for_stop);
    Future<> sooner = pool.submit({.deadline = deadline}, wait_for_stop);
    const bool were_lost[] = {later.error() != nullptr, sooner.error() != nullptr};
    if (!were_lost[0] && !were_lost[1]) break;
  }
}

// ---- the end ----

TEST_F(ThreadPoolTest, DrainRunsWhatIsQueued) {
  std::atomic<int> count = 0;
  {
    ThreadPool pool({.max_threads = 2});
    for (int i = 0; i < 100; ++i) (void)pool.submit([&] { ++count; });
  }
  EXPECT_EQ(count, 100);
}

TEST_F(ThreadPoolTest, DiscardTellsWhatWasQueued) {
  ThreadPool pool(single());
  Event begun;
  Future<int> running = pool.submit([&](const std::stop_token& stop) {
    begun.set();
    wait_until([&] { return stop.stop_requested(); });
    return 7;
  });
  begun.wait();
  auto queued = pool.submit_all(std::vector{1, 2, 3}, [](int n) { return n; });
  pool.stop(Stop::Discard);
  EXPECT_EQ(running.get(), 7) << "it was asked to stop, and waited for";
  for (Future<int>& future : queued) EXPECT_EQ(why_lost(std::move(future)), Why::Stopped);
  EXPECT_EQ(pool.statistics().lost, 3u);
  EXPECT_EQ(pool.statistics().threads, 0u);
}

TEST_F(ThreadPoolTest, DiscardMayFollowADrainThatWaits) {
  ThreadPool pool(single());
  Future<> held = hold(pool);
  Future<> queued = pool.submit([] {});
  std::jthread drain([&] { pool.stop(Stop::Drain); });
  std::jthread discard([&] { pool.stop(Stop::Discard); });
  EXPECT_EQ(why_lost(std::move(queued)), Why::Stopped);
  gate.set();
}

TEST_F(ThreadPoolTest, TakesNothingAfterItsStop) {
  ThreadPool pool;
  pool.stop(Stop::Drain);
  pool.stop(Stop::Drain);
  bool has_run = false;
  EXPECT_EQ(why_lost(pool.submit([&] { has_run = true; })), Why::Stopped);
  EXPECT_EQ(why_lost(*pool.try_submit([] {})), Why::Stopped);
  EXPECT_EQ(why_lost(pool.submit({.deadline = 1h}, [] {})), Why::Stopped);
  EXPECT_THROW(pool.map(std::vector{1, 2}, [](int) {}), TaskLost);
  EXPECT_FALSE(has_run);
  expected_reports = std::vector<std::string>(
      1, "task failed, and nobody asked for its result: a task was not run: its pool stops");
}

TEST_F(ThreadPoolTest, TasksThatSubmitTasksWhileItStopsAreTold) {
  for (const Stop how : {Stop::Drain, Stop::Discard}) {
    std::atomic<int> run = 0;
    std::atomic<int> refused = 0;
    std::atomic<int> submitted = 0;
    {
      ThreadPool pool({.max_threads = 2});
      // Each hands itself on until it is told that the pool stops.
      const std::function<void()> again = [&] {
        ++run;
        ++submitted;
        Future<> next = pool.submit(again);
        if (next.is_done() && next.error() != nullptr) ++refused;
        (void)next.then([&](Future<> end) {
          if (end.error() != nullptr) ++refused;
        });
      };
      for (int i = 0; i < 4; ++i) {
        ++submitted;
        (void)pool.submit(again).then([&](Future<> end) {
          if (end.error() != nullptr) ++refused;
        });
      }
      wait_until([&] { return run > 100; });
      pool.stop(how);
      EXPECT_EQ(pool.statistics().queued, 0u);
    }
    EXPECT_GE(refused, 1);
    EXPECT_LE(run, submitted);
  }
}

TEST_F(ThreadPoolTest, MayBeStoppedByOneOfItsTasks) {
  ThreadPool pool(single());
  Future<> stopper = pool.submit([&] { pool.stop(Stop::Discard); });
  stopper.get();
  EXPECT_EQ(why_lost(pool.submit([] {})), Why::Stopped);
}

TEST_F(ThreadPoolTest, AStopReleasesThoseWhoWaitForRoom) {
  ThreadPool pool(single(1));
  Future<> held = hold(pool);
  Future<> queued = pool.submit([] {});
  std::atomic<bool> waits = false;
  std::jthread submitter([&] {
    waits = true;
    Future<> third = pool.submit([] {});
    // It either had waited, or came after the stop.
    EXPECT_EQ(why_lost(std::move(third)), Why::Stopped);
  });
  wait_until([&] { return waits.load(); });
  std::jthread stopper([&] { pool.stop(Stop::Discard); });
  submitter.join();
  gate.set();
  EXPECT_EQ(why_lost(std::move(queued)), Why::Stopped);
}

TEST_F(ThreadPoolTest, AFutureMayOutliveItsPool) {
  Future<int> done;
  Future<int> lost;
  {
    ThreadPool pool(single());
    Future<> held = hold(pool);
    lost = pool.submit([] { return 1; });
    std::jthread stopper([&] { pool.stop(Stop::Discard); });
    lost.wait();
    gate.set();
    stopper.join();
    done = ThreadPool().submit([] { return 7; });
  }
  EXPECT_EQ(done.get(), 7);
  EXPECT_EQ(lost.cancel(), Cancel::TooLate);
  EXPECT_EQ(why_lost(std::move(lost)), Why::Stopped);
}

// ---- statistics ----

TEST_F(ThreadPoolTest, CountsWhatItDoes) {
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
  pool.submit([] {}).get();  // by the stand-in
  wait_until([&] { return pool.statistics().blocked == 1; });
  EXPECT_EQ(pool.statistics().threads, 2u);
  event.set();
  waits.get();
  pool.submit([] {}).get();
  wait_until([&] { return pool.statistics().threads == 1; });
}

TEST_F(ThreadPoolTest, ATaskMayWaitForOneThatStandsBehindIt) {
  ThreadPool pool({.max_threads = 1, .max_stand_ins = 1});
  Event event;
  Future<> first = pool.submit([&] { event.wait(); });
  Future<> second = pool.submit([&] { event.set(); });
  first.get();
  second.get();
}

TEST_F(ThreadPoolTest, TellsWhenAllThreadsWaitAndNoneMayBeStarted) {
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
      "pool 'single': all its 1 threads wait while 1 tasks are queued; if they wait for those, "
      "they "
      "wait forever"};
}

// ---- as a runner ----

struct Work final : async::BlockingWork {
  void run() noexcept override { has_run.set(); }
  Event has_run;
};

TEST_F(ThreadPoolTest, IsARunner) {
  ThreadPool pool(single(1));
  async::Runner& runner = pool;
  EXPECT_FALSE(runner.has_reserve());
  Future<> held = hold(pool);
  Work first;
  Work second;
  EXPECT_TRUE(runner.submit(first));
  EXPECT_FALSE(runner.submit(second)) << "full, and it does not wait";
  EXPECT_TRUE(runner.withdraw(first));
  EXPECT_FALSE(runner.withdraw(first));
  EXPECT_TRUE(runner.submit(second));
  gate.set();
  second.has_run.wait();
  EXPECT_FALSE(runner.withdraw(second));
  EXPECT_FALSE(first.has_run.is_set());
  pool.stop(Stop::Drain);
  EXPECT_FALSE(runner.submit(first));
}

TEST_F(ThreadPoolTest, WorkOfARunnerIsNeitherShedNorDiscarded) {
  ThreadPool pool(single(1, WhenFull::ShedOldest));
  Future<> held = hold(pool);
  Work work;
  EXPECT_TRUE(pool.submit(work));
  EXPECT_EQ(why_lost(pool.submit([] {})), Why::Refused) << "there is nothing to shed";
  std::jthread stopper([&] { pool.stop(Stop::Discard); });
  gate.set();
  work.has_run.wait();
}

// ---- all at once ----

TEST_F(ThreadPoolTest, ManyThreadsSubmitCancelAndGet) {
  for (const WhenFull when_full : {WhenFull::Wait, WhenFull::Refuse, WhenFull::ShedOldest}) {
    ThreadPool pool({.max_threads = 3,
                     .max_idle = 0ms,
                     .max_stand_ins = 1,
                     .max_queued = 8,
                     .when_full = when_full});
    std::atomic<int> run = 0;
    std::atomic<int> lost = 0;
    constexpr int kThreads = 3;
    constexpr int kTasks = 300;
    const auto submit = [&] {
      for (int i = 0; i < kTasks; ++i) {
        TaskOptions options;
        if (i % 7 == 0) options.deadline = std::chrono::microseconds(i);
        Future<> future = pool.submit(options, [&](const std::stop_token&) { ++run; });
        if (i % 3 == 0) (void)future.cancel();
        if (i % 50 == 0) (void)pool.statistics();
        if (future.error() != nullptr) ++lost;
      }
    };
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kThreads; ++i) threads.emplace_back(submit);
    }
    EXPECT_EQ(run + lost, kThreads * kTasks);
    const auto end = pool.statistics();
    EXPECT_EQ(end.done, static_cast<std::uint64_t>(run));
    EXPECT_EQ(end.lost + end.refused, static_cast<std::uint64_t>(lost));
  }
}

TEST_F(ThreadPoolTest, AStopAmongManyThreadsLosesNothingSilently) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> run = 0;
    std::atomic<int> lost = 0;
    std::atomic<int> submitted = 0;
    ThreadPool pool({.max_threads = 2, .max_idle = 0ms, .max_queued = 4});
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        for (;;) {
          ++submitted;
          if (pool.submit([&] { ++run; }).error() == nullptr) continue;
          ++lost;
          return;
        }
      });
    }
    wait_until([&] { return run > 10; });
    pool.stop(round % 2 == 0 ? Stop::Drain : Stop::Discard);
    threads.clear();
    EXPECT_EQ(run + lost, submitted);
  }
}

}  // namespace
}  // namespace mastic::threads
