#include "mastic/threads/shared_future.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mastic/async/context_testing.h"
#include "mastic/threads/thread_pool.h"
#include "mastic/threads/uncaught_error.h"
#include "mastic/threads/wait.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

std::exception_ptr tea_is_out() { return std::make_exception_ptr(std::runtime_error("no tea")); }

/// Records uncaught errors, and checks at the end that they are the ones that the test expects.
struct SharedFutureTest : testing::Test {
  void TearDown() override { EXPECT_EQ(reported, expected_reports); }

  std::vector<std::string> reported;
  std::vector<std::string> expected_reports;
  const UncaughtHook hook{
      [this](const UncaughtError& error) { reported.push_back(error.message()); }};
};

TEST_F(SharedFutureTest, GivesItsValueAnyNumberOfTimes) {
  Promise<std::string> promise;
  const SharedFuture<std::string> future = promise.future().share();
  const SharedFuture<std::string> copy = future;
  EXPECT_FALSE(copy.wait_for(0s));
  promise.set("tea");
  EXPECT_EQ(future.get(), "tea");
  EXPECT_EQ(copy.get(), "tea");
  EXPECT_EQ(&future.get(), &copy.get()) << "it is not copied";
}

TEST_F(SharedFutureTest, GivesAReferenceToAMoveOnlyValue) {
  Promise<std::unique_ptr<int>> promise;
  const auto future = promise.future().share();
  promise.set(std::make_unique<int>(7));
  EXPECT_EQ(*future.get(), 7);
  EXPECT_EQ(*future.get(), 7);
}

TEST_F(SharedFutureTest, KeepsTheValueUntilTheLastCopyIsGone) {
  const auto value = std::make_shared<int>(7);
  Promise<std::shared_ptr<int>> promise;
  auto first = promise.future().share();
  promise.set(value);
  {
    const auto copy = std::move(first);
    EXPECT_TRUE(first.is_empty());
    EXPECT_EQ(copy.get().use_count(), 2);
  }
  EXPECT_EQ(value.use_count(), 2) << "the promise still has it";
}

TEST_F(SharedFutureTest, GivesACopyOfATemporary) {
  Promise<std::string> promise;
  promise.set("tea");
  const std::string& kept = promise.future().share().get();  // a value, so its life is extended
  EXPECT_EQ(kept, "tea");
}

TEST_F(SharedFutureTest, ThrowsTheSameExceptionToEveryCaller) {
  Promise<int> promise;
  const SharedFuture<int> future = promise.future().share();
  promise.set_error(tea_is_out());
  for (int i = 0; i < 2; ++i) EXPECT_THROW((void)future.get(), std::runtime_error);
  EXPECT_EQ(describe(future.error()), "no tea");
}

TEST_F(SharedFutureTest, ReportsAnErrorThatIsNeverCollected) {
  Promise<int> promise("tea");
  {
    const SharedFuture<int> future = promise.future().share();
    const SharedFuture<int> copy = future;
    promise.set_error(tea_is_out());
  }
  promise = Promise<int>();
  expected_reports = {"task 'tea' failed, and its result was never collected: no tea"};
}

TEST_F(SharedFutureTest, ThrowsWhenItIsMisused) {
  Promise<int> promise;
  Future<int> future = promise.future();
  const SharedFuture<int> shared = future.share();
  EXPECT_TRUE(future.is_empty());
  EXPECT_THROW((void)future.share(), std::logic_error);
  const SharedFuture<int> empty;
  EXPECT_THROW((void)empty.get(), std::logic_error);
  EXPECT_THROW(empty.wait(), std::logic_error);
  EXPECT_THROW((void)empty.progress(), std::logic_error);
  EXPECT_THROW((void)empty.cancel(), std::logic_error);
  EXPECT_THROW((void)empty.then([](int) {}), std::logic_error);
  promise.set(1);
}

TEST_F(SharedFutureTest, ManyThreadsWaitForIt) {
  Promise<int> promise;
  const SharedFuture<int> future = promise.future().share();
  std::atomic<int> sum = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&sum, future] { sum += future.get(); });
    promise.set(7);
  }
  EXPECT_EQ(sum, 28);
}

TEST_F(SharedFutureTest, ManyThreadsCatchItsError) {
  Promise<int> promise;
  const SharedFuture<int> future = promise.future().share();
  std::atomic<int> caught = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&caught, future] {
        try {
          (void)future.get();
        } catch (const std::runtime_error&) {
          ++caught;
        }
      });
    }
    promise.set_error(tea_is_out());
  }
  EXPECT_EQ(caught, 4);
}

TEST_F(SharedFutureTest, ATaskOfThePoolRunsWhatItAsksFor) {
  ThreadPool pool({.max_threads = 1, .max_stand_ins = 0});
  EXPECT_EQ(pool.submit([&] {
                  const SharedFuture<int> inner = pool.submit([] { return 7; }).share();
                  return inner.then([](int n) { return n + 1; }).get() + inner.get();
                })
                .get(),
            15);
}

TEST_F(SharedFutureTest, RunsContinuationsInTheOrderOfTheirAddition) {
  Promise<std::string> promise;
  const auto future = promise.future().share();
  std::string order;
  const auto add = [&](char letter) {
    return future.then([&order, letter](const std::string& text) {
      order += letter;
      return text + letter;
    });
  };
  Future<std::string> a = add('a');
  Future<std::string> b = add('b');
  Future<int> after_a = a.then([&order](const std::string& text) {
    order += '1';
    return static_cast<int>(text.size());
  });
  promise.set("tea-");
  Future<std::string> c = add('c');
  EXPECT_EQ(order, "a1bc");
  EXPECT_EQ(after_a.get(), 5);
  EXPECT_EQ(b.get(), "tea-b");
  EXPECT_EQ(c.get(), "tea-c");
  EXPECT_EQ(future.get(), "tea-");
}

TEST_F(SharedFutureTest, PassesItsErrorToAllContinuations) {
  Promise<int> promise;
  const SharedFuture<int> future = promise.future().share();
  Future<int> value = future.then([](int n) { return n; });
  Future<std::string> either = future.then([](const SharedFuture<int>& done) {
    return done.error() == nullptr ? "tea" : describe(done.error());
  });
  promise.set_error(tea_is_out());
  EXPECT_THROW(value.get(), std::runtime_error);
  EXPECT_EQ(either.get(), "no tea");
}

TEST_F(SharedFutureTest, CallsTheContinuationOfAVoidResult) {
  Promise<> promise;
  const SharedFuture<> future = promise.future().share();
  Future<int> follows = future.then([] { return 7; });
  promise.set();
  EXPECT_EQ(follows.get(), 7);
  future.get();
}

TEST_F(SharedFutureTest, CancellingOneContinuationLeavesTheOthers) {
  Promise<int> promise;
  const SharedFuture<int> future = promise.future().share();
  const auto captured = std::make_shared<int>(0);
  Future<int> cancelled = future.then([captured](int n) { return n; });
  Future<int> follows_that = cancelled.then([](int n) { return n; });
  Future<int> other = future.then([](int n) { return n; });
  EXPECT_EQ(follows_that.cancel(), Cancel::Prevented) << "the first that may be cancelled alone";
  EXPECT_EQ(captured.use_count(), 1) << "its captures are destroyed";
  EXPECT_EQ(follows_that.progress(), Progress::Cancelled);
  EXPECT_EQ(future.progress(), Progress::Pending);
  promise.set(7);
  EXPECT_EQ(other.get(), 7);
  EXPECT_EQ(other.is_empty(), true);
}

TEST_F(SharedFutureTest, IsCancelledForAllCopies) {
  Promise<int> promise;
  const SharedFuture<int> future = promise.future().share();
  const SharedFuture<int> copy = future;
  Future<int> follows = future.then([](int n) { return n; });
  EXPECT_EQ(copy.cancel(), Cancel::Prevented);
  EXPECT_THROW((void)future.get(), TaskLost);
  EXPECT_THROW((void)copy.get(), TaskLost);
  EXPECT_THROW((void)follows.get(), TaskLost);
  EXPECT_FALSE(promise.begin());
}

TEST_F(SharedFutureTest, CanBeWaitedForTogetherWithOtherFutures) {
  Promise<int> first;
  Promise<int> second;
  const std::vector<SharedFuture<int>> futures{first.future().share(), second.future().share()};
  second.set(2);
  EXPECT_EQ(wait_any(futures), 1u);
  EXPECT_FALSE(wait_all_for(futures, 0s));
  first.set(1);
  wait_all(futures);
  int sum = 0;
  for (const SharedFuture<int>& future : as_completed(futures)) sum += future.get();
  EXPECT_EQ(sum, 3);
}

TEST_F(SharedFutureTest, OneThreadEndsItWhileOthersFollowAndCancel) {
  for (int round = 0; round < 200; ++round) {
    Promise<int> promise;
    const SharedFuture<int> future = promise.future().share();
    std::atomic<int> called = 0;
    std::atomic<int> cancelled = 0;
    {
      std::vector<std::jthread> threads;
      threads.emplace_back([&] { promise.set(7); });
      for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&called, &cancelled, future] {
          Future<> follows = future.then([&called](int) { ++called; });
          if (follows.cancel() == Cancel::Prevented) ++cancelled;
          (void)follows.error();
        });
      }
    }
    EXPECT_EQ(called + cancelled, 2);
  }
}

// ---- in a task ----

async::Task<int> twice_shared(const SharedFuture<int>& future) { co_return 2 * co_await future; }
async::Task<int> twice_of_a_temporary(Promise<int>& promise) {
  const int& value = co_await promise.future().share();
  co_return 2 * value;
}

TEST_F(SharedFutureTest, SeveralTasksAwaitIt) {
  async::ManualExecutor executor;
  Promise<int> promise;
  const SharedFuture<int> future = promise.future().share();
  async::TestContext<int> one(executor, twice_shared(future));
  async::TestContext<int> other(executor, twice_shared(future));
  async::TestContext<int> cancelled(executor, twice_shared(future));
  executor.run();
  cancelled.stop();
  executor.run();
  EXPECT_THROW((void)cancelled.take(), async::Cancelled);
  promise.set(7);
  executor.run();
  EXPECT_EQ(one.take(), 14);
  EXPECT_EQ(other.take(), 14);
  EXPECT_EQ(future.get(), 7);
}

TEST_F(SharedFutureTest, ATaskAwaitsATemporary) {
  async::ManualExecutor executor;
  Promise<int> promise;
  async::TestContext<int> context(executor, twice_of_a_temporary(promise));
  executor.run();
  promise.set(7);
  executor.run();
  EXPECT_EQ(context.take(), 14);
}

// ---- progress ----

TEST_F(SharedFutureTest, ReportsItsProgress) {
  Promise<int> promise;
  const Future<int> future = promise.future();
  EXPECT_EQ(future.progress(), Progress::Pending);
  ASSERT_TRUE(promise.begin());
  EXPECT_EQ(future.progress(), Progress::Running);
  promise.set(7);
  EXPECT_EQ(future.progress(), Progress::Done);
}

TEST_F(SharedFutureTest, ReportsAFailureWithoutCollectingIt) {
  Promise<int> promise;
  {
    const Future<int> future = promise.future();
    promise.set_error(tea_is_out());
    EXPECT_EQ(future.progress(), Progress::Failed);
  }
  promise = Promise<int>();
  expected_reports = {"task failed, and its result was never collected: no tea"};
}

TEST_F(SharedFutureTest, DistinguishesACancelFromAFailure) {
  Promise<int> prevented;
  Future<int> never = prevented.future();
  EXPECT_EQ(never.cancel(), Cancel::Prevented);
  EXPECT_EQ(never.progress(), Progress::Cancelled);

  Promise<int> stopped;
  Future<int> asked = stopped.future();
  ASSERT_TRUE(stopped.begin());
  EXPECT_EQ(asked.cancel(), Cancel::Asked);
  EXPECT_EQ(asked.progress(), Progress::Running);
  stopped.set_error(std::make_exception_ptr(async::Cancelled()));
  EXPECT_EQ(asked.progress(), Progress::Cancelled);

  Promise<int> abandoned;
  const Future<int> lost = abandoned.future();
  abandoned = Promise<int>();
  EXPECT_EQ(lost.progress(), Progress::Failed) << "it was lost, not cancelled";
  EXPECT_THROW(std::rethrow_exception(lost.error()), TaskLost);
}

TEST_F(SharedFutureTest, AContinuationIsPendingUntilTheFirstTaskIsDone) {
  Promise<int> promise;
  Future<int> follows = promise.future().then([](int n) { return n; });
  ASSERT_TRUE(promise.begin());
  EXPECT_EQ(follows.progress(), Progress::Pending);
  promise.set(7);
  EXPECT_EQ(follows.progress(), Progress::Done);
  EXPECT_EQ(follows.get(), 7);
}

}  // namespace
}  // namespace mastic::threads
