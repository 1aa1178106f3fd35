// The code of from-python-concurrency.md: `threading`, `queue` and `concurrent.futures`.

#include <gtest/gtest.h>
#include <mastic/threads/barrier.h>
#include <mastic/threads/event.h>
#include <mastic/threads/future.h>
#include <mastic/threads/queue.h>
#include <mastic/threads/select.h>
#include <mastic/threads/semaphore.h>
#include <mastic/threads/thread.h>
#include <mastic/threads/thread_pool.h>
#include <mastic/threads/timer.h>
#include <mastic/threads/uncaught_error.h>
#include <mastic/threads/wait.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace threads = mastic::threads;
using namespace std::chrono_literals;

namespace {

int square(int n) { return n * n; }

// ---- threading ----

TEST(FromPythonThreading, Thread) {
  std::string text;
  {
    std::jthread writer(threads::named("writer", [&] { text = "written"; }));
  }  // joined here
  EXPECT_EQ(text, "written");
}

TEST(FromPythonThreading, StopAndSleep) {
  std::atomic<int> rounds = 0;
  {
    std::jthread ticker(threads::named("ticker", [&](const std::stop_token& stop) {
      do ++rounds;
      while (threads::sleep_for(1h, stop));
    }));
    while (rounds == 0) std::this_thread::yield();
  }  // asked to stop, and joined: the sleep ends at once
  EXPECT_EQ(rounds, 1);
}

TEST(FromPythonThreading, Lock) {
  std::mutex mutex;
  int sum = 0;
  const auto add = [&] {
    const std::lock_guard lock(mutex);
    ++sum;
  };
  {
    std::jthread one(add);
    std::jthread two(add);
  }
  EXPECT_EQ(sum, 2);
}

TEST(FromPythonThreading, RLock) {
  std::recursive_mutex mutex;
  const std::lock_guard outer(mutex);
  const std::lock_guard inner(mutex);
}

TEST(FromPythonThreading, Condition) {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<int> items;
  std::jthread maker([&] {
    const std::lock_guard lock(mutex);
    items.push_back(7);
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return !items.empty(); });
  EXPECT_EQ(items.front(), 7);
}

TEST(FromPythonThreading, Semaphore) {
  threads::Semaphore places(2);
  const auto permit = places.acquire();  // with places:
  EXPECT_TRUE(places.try_acquire());     // acquire(blocking=False), and given back here
  places.acquire().detach();             // a permit that release() gives back
  EXPECT_FALSE(places.acquire_for(1ms));
  places.release();

  threads::BoundedSemaphore bounded(2);
  EXPECT_THROW(bounded.release(), std::logic_error);  // ValueError
}

TEST(FromPythonThreading, Event) {
  threads::Event ready;
  std::jthread server([&] { ready.set(); });
  ready.wait();
  EXPECT_TRUE(ready.is_set());
}

TEST(FromPythonThreading, Timer) {
  bool rang = false;
  threads::Timer alarm(1ms, [&] { rang = true; });
  alarm.join();
  EXPECT_TRUE(rang);
}

TEST(FromPythonThreading, Barrier) {
  threads::Barrier start(2);
  std::jthread other([&] { (void)start.arrive_and_wait(); });
  EXPECT_LT(start.arrive_and_wait(), 2u);  // wait(): which one this is
  other.join();
  EXPECT_THROW((void)start.arrive_and_wait_for(1ms),
               threads::BrokenBarrier);  // wait(timeout=0.001)
  EXPECT_TRUE(start.is_broken());
  start.reset();
}

thread_local int calls = 0;

TEST(FromPythonThreading, Local) {
  ++calls;
  std::jthread([] { EXPECT_EQ(calls, 0); }).join();
  EXPECT_EQ(calls, 1);
}

TEST(FromPythonThreading, ExceptHook) {
  std::string report;
  {
    const threads::UncaughtHook hook(
        [&](const threads::UncaughtError& error) { report = error.message(); });
    std::jthread(threads::named("importer", [] { throw std::runtime_error("no disk"); })).join();
  }
  EXPECT_EQ(report, "thread 'importer' ended by an exception: no disk");
}

TEST(FromPythonThreading, Identity) {
  EXPECT_NE(std::jthread().get_id(), std::this_thread::get_id());
}

// ---- queue ----

TEST(FromPythonQueue, WorkersAndJoin) {
  threads::Queue<int> jobs(10);
  std::atomic<int> sum = 0;
  const auto work = [&] {
    while (const auto job = jobs.get()) {
      sum += *job;
      jobs.task_done();
    }
  };
  {
    std::jthread one(work);
    std::jthread two(work);
    for (int i = 1; i <= 4; ++i) EXPECT_EQ(jobs.put(i), threads::Put::Done);
    jobs.join();
    jobs.shutdown();  // ends the workers
  }
  EXPECT_EQ(sum, 10);
}

TEST(FromPythonQueue, EmptyFullAndShutDown) {
  threads::Queue<int> queue(1);
  EXPECT_FALSE(queue.try_get());     // get_nowait raises Empty
  EXPECT_FALSE(queue.get_for(1ms));  // get(timeout=0.001) raises Empty
  EXPECT_EQ(queue.put(1), threads::Put::Done);
  EXPECT_EQ(queue.try_put(2), threads::Put::Full);       // put_nowait raises Full
  EXPECT_EQ(queue.put_for(2, 1ms), threads::Put::Full);  // put(2, timeout=0.001) raises Full
  EXPECT_EQ(queue.size(), 1u);
  EXPECT_TRUE(queue.is_full());
  queue.shutdown();
  EXPECT_EQ(queue.put(2), threads::Put::ShutDown);  // put raises ShutDown
  EXPECT_EQ(queue.get(), 1);
  EXPECT_FALSE(queue.get());                                               // get raises ShutDown
  EXPECT_THROW((queue.task_done(), queue.task_done()), std::logic_error);  // ValueError
}

TEST(FromPythonQueue, LifoAndPriority) {
  threads::LifoQueue<std::string> stack;
  EXPECT_EQ(stack.put("first"), threads::Put::Done);
  EXPECT_EQ(stack.put("second"), threads::Put::Done);
  EXPECT_EQ(stack.get(), "second");

  threads::PriorityQueue<std::pair<int, std::string>> by_urgency;
  EXPECT_EQ(by_urgency.put({2, "tidy"}), threads::Put::Done);
  EXPECT_EQ(by_urgency.put({1, "put the fire out"}), threads::Put::Done);
  EXPECT_EQ(by_urgency.get()->second, "put the fire out");
}

// ---- concurrent.futures ----

TEST(FromPythonQueue, Select) {
  threads::Queue<int> orders;
  threads::Queue<std::string> notes;
  EXPECT_EQ(notes.put("closed on Monday"), threads::Put::Done);
  const auto first = threads::select(orders, notes);
  EXPECT_EQ(first.index(), 1u);
  EXPECT_EQ(std::get<1>(first), "closed on Monday");
}

TEST(FromPythonFutures, Executor) {
  threads::ThreadPool pool({.name = "squares", .max_threads = 4, .initializer = [] {}});
  threads::Future<int> future = pool.submit([] { return square(7); });
  EXPECT_EQ(future.get(), 49);
  EXPECT_EQ(pool.map(std::vector{1, 2, 3}, square), (std::vector{1, 4, 9}));
}  // shutdown(wait=True)

TEST(FromPythonFutures, Shutdown) {
  threads::ThreadPool pool({.max_threads = 1});
  threads::Event begun;
  threads::Future<> runs = pool.submit([&](const std::stop_token& stop) {
    begun.set();
    while (!stop.stop_requested()) std::this_thread::yield();
  });
  threads::Future<> waits = pool.submit([] {});
  begun.wait();
  pool.stop(threads::Stop::Discard);  // shutdown(cancel_futures=True), and `runs` is asked to stop
  EXPECT_THROW(waits.get(), threads::TaskLost);
  EXPECT_THROW(pool.submit([] {}).get(), threads::TaskLost);  // RuntimeError
}

TEST(FromPythonFutures, ShutdownWithoutWaiting) {
  threads::Event begun;
  threads::Event gate;
  // No stand-ins: while `runs` waits, another thread would take its place and run `waits`.
  threads::ThreadPool pool({.max_threads = 1, .max_stand_ins = 0});
  threads::Future<> runs = pool.submit([&] {
    begun.set();
    gate.wait();
  });
  threads::Future<> waits = pool.submit([] {});
  begun.wait();
  pool.request_stop(threads::Stop::Drain);    // shutdown(wait=False)
  pool.request_stop(threads::Stop::Discard);  // shutdown(wait=False, cancel_futures=True)
  EXPECT_FALSE(runs.is_done());
  EXPECT_THROW(waits.get(), threads::TaskLost);
  gate.set();
}

TEST(FromPythonFutures, Cancel) {
  threads::ThreadPool pool;
  threads::Event begun;
  threads::Future<int> search = pool.submit([&](const std::stop_token& stop) {
    begun.set();
    int tried = 1;
    while (threads::sleep_for(1ms, stop)) ++tried;
    return tried;
  });
  begun.wait();
  EXPECT_EQ(search.cancel(), threads::Cancel::Asked);  // Python: False, and it keeps running
  EXPECT_GE(search.get(), 1);
  EXPECT_EQ(pool.submit([] { return 1; }).wait_for(1h), true);  // result(timeout=3600)
}

TEST(FromPythonFutures, Exceptions) {
  threads::ThreadPool pool;
  threads::Future<int> future =
      pool.submit([]() -> int { throw std::out_of_range("no such tea"); });
  EXPECT_EQ(threads::describe(future.error()), "no such tea");  // exception()
  EXPECT_THROW(future.get(), std::out_of_range);                // result()
}

TEST(FromPythonFutures, Callback) {
  threads::ThreadPool pool;
  threads::Future<std::string> text =
      pool.submit([] { return square(7); }).then([](int n) { return std::to_string(n); });
  EXPECT_EQ(text.get(), "49");
}

TEST(FromPythonFutures, SetResult) {
  threads::Promise<int> promise;
  threads::Future<int> future = promise.future();
  if (promise.begin()) promise.set(7);  // set_running_or_notify_cancel, set_result
  EXPECT_EQ(future.get(), 7);
}

TEST(FromPythonFutures, WaitAndAsCompleted) {
  threads::ThreadPool pool;
  std::vector<threads::Future<int>> futures = pool.submit_all(std::vector{1, 2, 3}, square);
  EXPECT_LT(threads::wait_any(futures), 3u);        // wait(fs, return_when=FIRST_COMPLETED)
  EXPECT_TRUE(threads::wait_all_for(futures, 1h));  // wait(fs, timeout=3600)
  int sum = 0;
  for (threads::Future<int>& future : threads::as_completed(futures)) sum += future.get();
  EXPECT_EQ(sum, 14);
}

TEST(FromPythonFutures, Shared) {
  threads::ThreadPool pool;
  const threads::SharedFuture<int> answer = pool.submit([] { return square(7); }).share();
  threads::Future<int> more = answer.then([](int n) { return n + 1; });  // add_done_callback
  EXPECT_EQ(answer.get(), 49);
  EXPECT_EQ(answer.get(), 49);
  EXPECT_EQ(more.get(), 50);
  EXPECT_EQ(answer.progress(), threads::Progress::Done);  // done(), running(), cancelled()
}

TEST(FromPythonFutures, FirstExceptionAndTimeout) {
  threads::Promise<int> slow;
  threads::Promise<int> failing;
  std::vector<threads::Future<int>> futures;
  futures.push_back(slow.future());
  futures.push_back(failing.future());
  failing.set_error(std::make_exception_ptr(std::runtime_error("no tea")));
  EXPECT_EQ(threads::wait_first_failure(futures), 1u);  // wait(fs, return_when=FIRST_EXCEPTION)
  auto in_time = threads::as_completed_for(futures, 1ms);
  for (threads::Future<int>& future : in_time) EXPECT_THROW(future.get(), std::runtime_error);
  EXPECT_EQ(in_time.left(), 1u);  // TimeoutError

  slow.set(7);
  EXPECT_EQ(futures.front().get(), 7);
}

TEST(FromPythonFutures, Errors) {
  const threads::UncaughtHook quiet([](const threads::UncaughtError&) {});
  threads::ThreadPool broken({.initializer = [] { throw std::runtime_error("no licence"); }});
  try {
    broken.submit([] {}).get();
    FAIL();
  } catch (const threads::TaskLost& lost) {
    EXPECT_EQ(lost.why(), threads::TaskLost::Why::Broken);  // BrokenThreadPool
  }
}

}  // namespace
