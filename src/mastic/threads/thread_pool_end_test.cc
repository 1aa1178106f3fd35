#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mastic/threads/event.h"
#include "mastic/threads/no_thread_testing.h"
#include "mastic/threads/thread.h"
#include "mastic/threads/thread_pool.h"
#include "mastic/threads/thread_pool_testing.h"
#include "mastic/threads/wait.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

// ---- a full queue ----

TEST_F(ThreadPoolTest, AFullQueueMayMakeSubmitWait) {
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

TEST_F(ThreadPoolTest, ATaskThatMeetsAFullQueueRunsTheNewTaskItself) {
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

TEST_F(ThreadPoolTest, AShedTaskIsReportedWhenItsFutureIsDropped) {
  {
    ThreadPool pool(single(1, WhenFull::ShedOldest));
    Future<> held = hold(pool);
    (void)pool.submit({.name = "pour"}, [] {});
    pool.submit([] {}).wait_for(0ms) ? void() : void();
    gate.set();
  }
  expected_reports = {
      "task 'pour' failed, and its result was never collected: task 'pour' was dropped for a newer "
      "one: the queue of its pool was full"};
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

// ---- without a thread ----

TEST_F(ThreadPoolTest, BreaksWhenNoThreadCanBeStarted) {
  ThreadPool pool;
  const NoThread shortage;
  EXPECT_EQ(why_lost(pool.submit([] {})), Why::Broken);
  EXPECT_EQ(why_lost(pool.submit([] {})), Why::Broken);
  EXPECT_EQ(pool.statistics().threads, 0u);
}

TEST_F(ThreadPoolTest, RefusesWorkWithoutAFutureWhenNoThreadCanBeStarted) {
  struct Work final : async::BlockingWork {
    void run() noexcept override { has_run = true; }
    std::atomic<bool> has_run = false;
  } work, next;
  ThreadPool pool;
  {
    const NoThread shortage;
    EXPECT_FALSE(pool.submit(work)) << "it has no future that could tell";
    EXPECT_FALSE(pool.withdraw(work));
  }
  EXPECT_FALSE(pool.submit(next)) << "it is broken";
  pool.stop(Stop::Drain);
  EXPECT_FALSE(work.has_run || next.has_run);
}

TEST_F(ThreadPoolTest, RunsOrRefusesTheWorkOfManyWhenNoThreadCanBeStarted) {
  struct Work final : async::BlockingWork {
    void run() noexcept override { has_run = true; }
    std::atomic<bool> has_run = false;
  };
  for (int round = 0; round < 20; ++round) {
    ThreadPool pool({.max_threads = 3});
    std::array<Work, 8> works;
    std::atomic<int> refused = 0;
    std::latch all_are_there(static_cast<std::ptrdiff_t>(works.size()) + 1);
    std::vector<std::jthread> submitters;
    for (Work& work : works) {
      submitters.emplace_back([&] {
        all_are_there.arrive_and_wait();
        if (!pool.submit(work)) ++refused;
      });
    }
    const NoThread shortage;
    all_are_there.arrive_and_wait();
    submitters.clear();
    EXPECT_EQ(
        refused + std::ranges::count_if(works, [](auto& each) { return each.has_run.load(); }), 8);
  }
}

TEST_F(ThreadPoolTest, RunsTasksOnItsOtherThreadsWhenOneCannotBeStarted) {
  ThreadPool pool;
  Future<> held = hold(pool);
  const NoThread shortage;
  Future<int> next = pool.submit([] { return 7; });
  EXPECT_FALSE(next.is_done());
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
  EXPECT_EQ(thing.use_count(), 1) << "its captures are destroyed at once";
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
  // On a busy machine it may not have begun in time; then try again with a longer deadline.
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

TEST_F(ThreadPoolTest, DiscardFailsTheFuturesOfQueuedTasks) {
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
  EXPECT_EQ(running.get(), 7) << "it was asked to stop, and `stop` waited for it";
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

TEST_F(ThreadPoolTest, ARequestedStopRunsQueuedTasksAndDoesNotWait) {
  ThreadPool pool(single());
  Future<> held = hold(pool);
  Future<int> queued = pool.submit([] { return 1; });
  pool.request_stop(Stop::Drain);
  EXPECT_EQ(held.progress(), Progress::Running);
  EXPECT_EQ(queued.progress(), Progress::Pending);
  EXPECT_EQ(why_lost(pool.submit([] { return 2; })), Why::Stopped);
  gate.set();
  EXPECT_EQ(queued.get(), 1);
  pool.stop(Stop::Drain);
  EXPECT_EQ(pool.statistics().threads, 0u) << "`stop` waited for the threads";
}

TEST_F(ThreadPoolTest, ARequestedStopMayDiscardQueuedTasks) {
  ThreadPool pool(single());
  Event begun;
  Future<> runs = pool.submit([&](const std::stop_token& stop) {
    begun.set();
    wait_for_stop(stop);
    gate.wait();
  });
  begun.wait();
  // A thread that begins to wait while a task is queued would have the pool report a standstill.
  wait_until([&] { return pool.statistics().blocked == 1; });
  Future<> queued = pool.submit([] {});
  pool.request_stop(Stop::Drain);
  pool.request_stop(Stop::Discard);
  EXPECT_TRUE(queued.is_done());
  EXPECT_EQ(why_lost(std::move(queued)), Why::Stopped);
  EXPECT_FALSE(runs.is_done()) << "it was asked to stop, and request_stop does not wait for it";
  gate.set();
  runs.get();
}

TEST_F(ThreadPoolTest, RefusesTasksAfterItsStop) {
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
      1,
      "task failed, and its result was never collected: a task was not run: its pool is stopping");
}

TEST_F(ThreadPoolTest, TasksThatSubmitWhileItStopsLearnOfTheirLoss) {
  for (const Stop how : {Stop::Drain, Stop::Discard}) {
    std::atomic<int> run = 0;
    std::atomic<int> refused = 0;
    std::atomic<int> submitted = 0;
    {
      ThreadPool pool({.max_threads = 2});
      // Each task submits itself again, until the pool refuses it because it is stopping.
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

TEST_F(ThreadPoolTest, AStopReleasesCallersThatWaitForRoom) {
  ThreadPool pool(single(1));
  Future<> held = hold(pool);
  Future<> queued = pool.submit([] {});
  std::atomic<bool> waits = false;
  std::jthread submitter([&] {
    waits = true;
    Future<> third = pool.submit([] {});
    // It either waited for room already, or was submitted after the stop.
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
