// The code of from-python-concurrency.md: `asyncio`.

#include <gtest/gtest.h>
#include <mastic/async/channel.h>
#include <mastic/async/condition.h>
#include <mastic/async/context_testing.h>
#include <mastic/async/event.h>
#include <mastic/async/mutex.h>
#include <mastic/async/run_blocking.h>
#include <mastic/async/semaphore.h>
#include <mastic/async/sleep.h>
#include <mastic/async/task_group.h>
#include <mastic/async/task_handle.h>
#include <mastic/async/threaded_executor_testing.h>
#include <mastic/async/when.h>
#include <mastic/async/with_timeout.h>
#include <mastic/mastic.h>
#include <mastic/testing/test_client.h>
#include <mastic/threads/thread_pool.h>

#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

using namespace std::chrono_literals;
using namespace mastic::async;
namespace threads = mastic::threads;

namespace {

/// Runs a task with a clock that jumps ahead, so that no wait takes time.
template <class T>
T run(Task<T> task) {
  return run_to_end(std::move(task));
}

// ---- what differs most ----

Task<int> awaits_after_a_cancel() {
  int thrown = 0;
  co_await task_group([&](TaskGroup& group) -> Task<> {
    group.cancel();
    for (int i = 0; i < 3; ++i) {
      try {
        co_await sleep_for(1ms);
      } catch (const Cancelled&) {
        ++thrown;
      }
    }
  });
  co_return thrown;  // 3; in Python it would be 1
}
TEST(FromPythonAsyncio, EachLaterAwaitThrows) { EXPECT_EQ(run(awaits_after_a_cancel()), 3); }

Task<bool> holds_after_a_cancel() {
  Mutex mutex;
  Condition changed;
  bool holds = true;
  const auto wait = [&]() -> Task<> {
    auto guard = co_await mutex.lock();
    try {
      co_await changed.wait(guard);
    } catch (const Cancelled&) {
      holds = static_cast<bool>(guard);  // touch nothing that the mutex guards
      throw;
    }
  };
  co_await task_group([&](TaskGroup& group) -> Task<> {
    group.spawn(wait);
    co_await sleep_for(1ms);
    group.cancel();
  });
  co_return holds;  // false; in Python it would be true
}
TEST(FromPythonAsyncio, ACancelledConditionDoesNotHoldItsMutex) {
  EXPECT_FALSE(run(holds_after_a_cancel()));
}

Task<std::string> no_time_at_all() {
  std::string end = "not started";
  const auto work = [&]() -> Task<> {
    end = "started";
    co_await sleep_for(1ms);
    end = "ended";
  };
  try {
    co_await with_timeout(work(), 0s);
  } catch (const TimedOut&) {
  }
  co_return end;  // started; wait_for(work(), 0) would never start it
}
TEST(FromPythonAsyncio, ATimeoutOfZeroStartsTheTask) {
  EXPECT_EQ(run(no_time_at_all()), "started");
}

// ---- name by name ----

Task<int> fetch(int id) {
  co_await sleep_for(10ms);
  co_return id * 10;
}

TEST(FromPythonAsyncio, CoroutineAndSleep) { EXPECT_EQ(run(fetch(7)), 70); }

TEST(FromPythonAsyncio, Run) {
  mastic::Router site;
  site.get<"/{id:int}">([](int id) -> Task<std::string> {  // the server runs it
    const int found = co_await fetch(id);
    co_return std::to_string(found);
  });
  mastic::testing::TestClient client(std::move(site));
  EXPECT_EQ(client.get("/7").text, "70");
}

Task<int> in_a_group() {
  int sum = 0;
  co_await task_group([&](TaskGroup& group) {
    for (const int id : {1, 2, 3}) {
      group.spawn([&sum, id]() -> Task<> { sum += co_await fetch(id); });
    }
  });
  co_return sum;  // all have ended; the first exception would have cancelled the others
}

TEST(FromPythonAsyncio, TaskGroup) { EXPECT_EQ(run(in_a_group()), 60); }

Task<int> gather() {
  const auto [one, two] = co_await when_all(fetch(1), fetch(2));
  co_return one + two;
}

TEST(FromPythonAsyncio, Gather) { EXPECT_EQ(run(gather()), 30); }

Task<bool> first_completed() {
  const auto first = co_await when_any(fetch(1), sleep_for(1h));  // the other is cancelled
  co_return first.index() == 0;
}

TEST(FromPythonAsyncio, WaitFirstCompleted) { EXPECT_TRUE(run(first_completed())); }

Task<std::string> wait_for() {
  try {
    co_await with_timeout(sleep_for(1h), 5s);
  } catch (const TimedOut&) {
    co_return "too slow";
  }
  co_return "in time";
}

TEST(FromPythonAsyncio, Timeout) { EXPECT_EQ(run(wait_for()), "too slow"); }

Task<std::string> cancel() {
  std::string end = "not cancelled";
  const auto sleeper = [&]() -> Task<> {
    try {
      co_await sleep_for(1h);
    } catch (const Cancelled&) {  // CancelledError
      end = "cancelled";
      throw;
    }
  };
  co_await task_group([&](TaskGroup& group) -> Task<> {
    TaskHandle<> task(group, sleeper);  // task = group.create_task(sleeper())
    TaskHandle answer(group, fetch(7));
    co_await sleep_for(1ms);
    task.cancel();  // this one alone; group.cancel() cancels all
    const int given = co_await answer.result();
    if (given != 70) end = "wrong";
  });
  co_return end;
}
TEST(FromPythonAsyncio, Cancel) { EXPECT_EQ(run(cancel()), "cancelled"); }

Task<std::string> shielded() {
  std::string end = "lost";
  const auto save = [&]() -> Task<> {
    co_await sleep_for(1min);
    end = "saved";
  };
  co_await task_group([&](TaskGroup& owner) -> Task<> {
    try {
      co_await with_timeout(shield(owner, save()), 5s);
    } catch (const TimedOut&) {
      end = "late";
    }
  });  // waits for what was shielded
  co_return end;
}
TEST(FromPythonAsyncio, Shield) { EXPECT_EQ(run(shielded()), "saved"); }

Task<std::string> locks() {
  Mutex mutex;
  Condition changed;
  Semaphore places(2);
  Event ready;
  std::vector<int> items;
  const auto make = [&]() -> Task<> {
    const auto permit = co_await places.acquire();
    const auto guard = co_await mutex.lock();
    items.push_back(7);
    changed.notify_one();
    ready.set();
  };
  const auto take = [&]() -> Task<> {
    co_await ready.wait();
    auto guard = co_await mutex.lock();
    co_await changed.wait(guard, [&] { return !items.empty(); });
    items.pop_back();
  };
  co_await when_all(take(), make());
  co_return items.empty() ? "taken" : "left";
}

TEST(FromPythonAsyncio, LockConditionSemaphoreEvent) { EXPECT_EQ(run(locks()), "taken"); }

Task<int> queue() {
  Channel<int> numbers(2);
  const auto produce = [&]() -> Task<> {
    for (int i = 1; i <= 4; ++i) (void)co_await numbers.send(i);
    numbers.close();  // queue.shutdown()
  };
  int sum = 0;
  const auto consume = [&]() -> Task<> {
    while (const auto number = co_await numbers.receive()) sum += *number;
  };
  co_await when_all(produce(), consume());
  co_return sum;
}

TEST(FromPythonAsyncio, Queue) { EXPECT_EQ(run(queue()), 10); }

Task<std::string> urgent_first() {
  PriorityChannel<std::pair<int, std::string>> jobs(10);
  (void)co_await jobs.send({2, "tidy"});
  (void)co_await jobs.send({1, "put the fire out"});
  std::string first;
  co_await task_group([&](TaskGroup& group) -> Task<> {
    group.spawn([&]() -> Task<> {
      while (const auto job = co_await jobs.receive()) {
        if (first.empty()) first = job->second;
        jobs.task_done();
      }
    });
    co_await jobs.join();  // queue.join(): until both are done
    jobs.close();
  });
  co_return first;
}
TEST(FromPythonAsyncio, PriorityQueueAndJoin) {
  EXPECT_EQ(run(urgent_first()), "put the fire out");
}

Task<int> to_thread() {
  co_return co_await run_blocking([] { return 6 * 7; });  // may block
}

TEST(FromPythonAsyncio, ToThread) { EXPECT_EQ(run(to_thread()), 42); }

Task<int> in_an_executor(threads::ThreadPool& pool) {
  threads::Future<int> future = pool.submit([] { return 6 * 7; });
  co_return co_await future;  // loop.run_in_executor, wrap_future
}

TEST(FromPythonAsyncio, RunInExecutor) {
  threads::ThreadPool pool;
  ThreadedExecutor executor(1);
  ThreadedContext<int> context(executor, in_an_executor(pool));
  EXPECT_EQ(context.take(), 42);
  executor.join();
}

}  // namespace
