// What a pool of threads does with its tasks when there is no memory.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mastic/base/failing_allocations.h"
#include "mastic/testing/failures.h"
#include "mastic/threads/event.h"
#include "mastic/threads/no_thread_testing.h"
#include "mastic/threads/thread_pool.h"
#include "mastic/threads/uncaught_error.h"

namespace mastic::testing {
namespace {

using threads::Future;
using threads::Stop;
using threads::ThreadPool;

/// A pool whose only thread is held, with tasks in its queue whose name is long enough to take
/// memory.
class PoolShortageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!base::counts_allocations()) GTEST_SKIP();
  }
  /// Calls `act` with such a pool, once for each allocation that `act` makes, which then fails.
  /// Every future is done when the pool has ended, and what the tasks captured is destroyed.
  void without_memory(const std::function<void(ThreadPool&, std::vector<Future<>>&)>& act) {
    const auto count = for_each_failure([&](Failures& failures) {
      const auto captured = std::make_shared<int>();
      std::vector<Future<>> futures;
      futures.reserve(100);
      {
        threads::Event begun, ends;
        ThreadPool pool({.max_threads = 1, .max_stand_ins = 0, .max_queued = 4, .when_full = full});
        Future<> held = pool.submit([&] {
          begun.set();
          ends.wait();
        });
        begun.wait();
        for (int i = 0; i < 4; ++i) {
          futures.push_back(pool.submit({.name = name}, [captured] {}));
        }
        try {
          failures.during([&] { act(pool, futures); });
        } catch (const std::bad_alloc&) {
        }
        ends.set();
      }
      for (Future<>& future : futures) {
        EXPECT_TRUE(future.is_done()) << failures.text();
        if (future.is_done()) (void)future.error();
      }
      futures.clear();
      EXPECT_EQ(captured.use_count(), 1) << failures.text();
    });
    EXPECT_GT(count.allocations, 0u);
  }

  const std::string name = "a task whose name is too long to stand in a string";
  threads::WhenFull full = threads::WhenFull::Wait;
  const threads::UncaughtHook hook{[](const threads::UncaughtError&) {}};
};

TEST_F(PoolShortageTest, TellsEveryTaskThatItDiscards) {
  without_memory([](ThreadPool& pool, auto&) { pool.request_stop(Stop::Discard); });
}

TEST_F(PoolShortageTest, TellsEveryTaskThatIsCancelled) {
  without_memory([](ThreadPool&, std::vector<Future<>>& futures) {
    for (Future<>& each : futures) (void)each.cancel();
  });
}

TEST_F(PoolShortageTest, TellsTheTaskThatMakesRoomForOneWithADeadline) {
  full = threads::WhenFull::ShedOldest;
  without_memory([this](ThreadPool& pool, std::vector<Future<>>& futures) {
    futures.push_back(pool.submit({.name = name, .deadline = std::chrono::hours(1)}, [] {}));
  });
}

TEST_F(PoolShortageTest, TellsTheTasksThatAreSubmittedTogether) {
  without_memory([](ThreadPool& pool, std::vector<Future<>>& futures) {
    const std::vector<int> numbers = {1, 2};
    (void)futures.at(0).cancel();
    (void)futures.at(1).cancel();
    for (auto& each : pool.submit_all(numbers, [](int) {})) futures.push_back(std::move(each));
  });
}

TEST_F(PoolShortageTest, TellsATaskForWhichNoThreadCanBeStarted) {
  const auto count = for_each_failure([&](Failures& failures) {
    const auto captured = std::make_shared<int>();
    {
      ThreadPool pool;
      std::optional<threads::NoThread> shortage(std::in_place);
      try {
        failures.during([&] {
          const Future<> future = pool.submit({.name = name}, [captured] {});
          EXPECT_NE(future.error(), nullptr) << failures.nth();
        });
      } catch (const std::bad_alloc&) {  // there was none for the task itself
      }
      shortage.reset();
    }
    EXPECT_EQ(captured.use_count(), 1) << failures.text();
  });
  EXPECT_GT(count.allocations, 4u);
}

}  // namespace
}  // namespace mastic::testing
