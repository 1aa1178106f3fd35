// Which thread runs which task, how deep tasks nest, and who may destroy a pool.

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mastic/threads/event.h"
#include "mastic/threads/thread_pool.h"
#include "mastic/threads/thread_pool_testing.h"

namespace mastic::threads {
namespace {

// ---- tasks on top of each other ----

/// Submits a task that submits and waits for the next, until `depth` of them are nested.
int nest(ThreadPool& pool, int depth) {
  if (depth == 0) return 0;
  return 1 + pool.submit([&pool, depth] { return nest(pool, depth - 1); }).get();
}

TEST_F(ThreadPoolTest, TasksWaitOnTopOfEachOtherUpToALimit) {
  ThreadPool pool(single());
  const int most = static_cast<int>(ThreadPool::Options().max_nested);
  EXPECT_EQ(nest(pool, most + 1), most + 1);  // the first is not nested
}

TEST_F(ThreadPoolTest, ThrowsWhenTasksAreNestedTooDeep) {
  ThreadPool::Options options = single();
  options.max_nested = 2;
  std::vector<std::string> told;
  {
    ThreadPool pool(options);
    EXPECT_EQ(nest(pool, 3), 3);
    try {
      (void)nest(pool, 20'000);
    } catch (const NestedTooDeep& error) {
      told.emplace_back(error.what());
    }
    pool.stop(Stop::Discard);
  }
  EXPECT_EQ(told,
            (std::vector<std::string>{
                "tasks that wait for tasks are nested 2 deep on the stack of one thread "
                "(max_nested): let a task end and continue with Future::then, or co_await the "
                "future in an async::Task"}));
  const std::lock_guard lock(mutex);
  reported.clear();  // errors of tasks whose waiters had given up before the pool was stopped
}

TEST_F(ThreadPoolTest, AnotherThreadMayWaitForATaskThatIsTooDeep) {
  ThreadPool::Options options = single();
  options.max_nested = 1;
  ThreadPool pool(options);
  Future<int> deepest = pool.submit([&] {
                              return pool
                                  .submit([&] {
                                    Future<int> too_deep = pool.submit([] { return 3; });
                                    EXPECT_THROW(too_deep.wait(), NestedTooDeep);
                                    return too_deep;
                                  })
                                  .get();
                            })
                            .get();
  EXPECT_EQ(deepest.get(), 3);
}

TEST_F(ThreadPoolTest, AFullQueueRefusesATaskThatWouldNestTooDeep) {
  ThreadPool::Options options = single(1);
  options.max_nested = 1;
  ThreadPool pool(options);
  Future<Why> why = pool.submit([&] {
    Future<> queued = pool.submit([] {});
    return pool.submit([&pool] { return why_lost(pool.submit([] {})); }).get();
  });
  EXPECT_EQ(why.get(), Why::Refused);
}

// ---- a thread that has given its result ----

TEST_F(ThreadPoolTest, AThreadThatHasGivenItsResultTakesTheNextTask) {
  for (int i = 0; i < 300; ++i) {
    ThreadPool pool({.max_threads = 4});
    pool.submit([] {}).get();
    pool.submit([] {}).get();
    ASSERT_EQ(pool.statistics().threads, 1u);
  }
}

TEST_F(ThreadPoolTest, AThreadThatRunsAContinuationIsNotCountedAsFree) {
  ThreadPool pool({.max_threads = 2});
  Event begun;
  Gate go_on;
  Gate first_gate;
  Future<> first = pool.submit([&] { first_gate.wait(); });
  Future<> follows = first.then([&] {
    begun.set();
    go_on.wait();
  });
  first_gate.set();
  begun.wait();
  pool.submit([&] { go_on.set(); }).get();
  follows.get();
}

TEST_F(ThreadPoolTest, AThreadThatDestroysAValueIsNotCountedAsFree) {
  struct Slow {
    explicit Slow(Gate& the_gate, Event& the_event) : gate(&the_gate), begun(&the_event) {}
    Slow(Slow&& other) noexcept : gate(std::exchange(other.gate, nullptr)), begun(other.begun) {}
    Slow& operator=(Slow&&) = delete;
    ~Slow() {
      if (gate == nullptr) return;
      begun->set();
      gate->wait();
    }
    Gate* gate;
    Event* begun;
  };
  Event begun;
  Gate destroy;
  Gate dropped;
  ThreadPool pool({.max_threads = 2});
  {
    const Future<Slow> future = pool.submit([&] {
      dropped.wait();
      return Slow(destroy, begun);
    });
  }
  dropped.set();
  begun.wait();
  pool.submit([&] { destroy.set(); }).get();
}

// ---- a thread that learns of a task's end may destroy the pool ----

TEST_F(ThreadPoolTest, MayBeDestroyedByTheObserverOfItsTask) {
  for (int i = 0; i < 100; ++i) {
    auto pool = std::make_unique<ThreadPool>(ThreadPool::Options{.max_threads = 1});
    pool->submit([] {}).get();  // now a thread is idle
    Event told;
    const std::jthread other([&told, &at = *pool] { (void)at.submit([&told] { told.set(); }); });
    told.wait();
    pool.reset();
  }
}

TEST_F(ThreadPoolTest, MayBeDestroyedWhileAQueuedTaskIsCancelled) {
  for (int i = 0; i < 100; ++i) {
    auto pool = std::make_unique<ThreadPool>(single());
    Gate held;
    Future<> first = pool->submit([&] { held.wait(); });
    Future<> queued = pool->submit([] {});
    const std::jthread other([&queued] { (void)queued.cancel(); });
    held.set();
    pool.reset();
  }
}

}  // namespace
}  // namespace mastic::threads
