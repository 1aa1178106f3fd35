#include "mastic/threads/future.h"

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
#include "mastic/threads/blocking_scope.h"
#include "mastic/threads/uncaught_error.h"
#include "mastic/threads/wait.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;

std::exception_ptr no_tea() { return std::make_exception_ptr(std::runtime_error("no tea")); }

/// Records uncaught errors, and checks at the end that they are the ones that the test expects.
struct FutureTest : testing::Test {
  void TearDown() override { EXPECT_EQ(reported, expected_reports); }
  /// Runs `function` on another thread once this one waits.
  template <class F>
  std::jthread once_waiting(F function) {
    BlockingScope::set_host(&host);
    return std::jthread([this, function] {
      while (host.blocked == 0) std::this_thread::yield();
      function();
      host.blocked = 0;
    });
  }
  ~FutureTest() override { BlockingScope::set_host(nullptr); }

  struct Host final : BlockingHost {
    void blocks() noexcept override { ++blocked; }
    void goes_on() noexcept override {}
    std::atomic<int> blocked = 0;
  } host;
  std::vector<std::string> reported;
  std::vector<std::string> expected_reports;
  const UncaughtHook hook{
      [this](const UncaughtError& error) { reported.push_back(error.message()); }};
};

TEST_F(FutureTest, GetsWhatItsPromiseSets) {
  Promise<std::string> promise;
  Future<std::string> future = promise.future();
  EXPECT_FALSE(future.is_done());
  EXPECT_FALSE(future.wait_for(1ms));
  promise.set("tea");
  EXPECT_TRUE(future.is_done());
  EXPECT_TRUE(future.wait_for(0ms));
  EXPECT_EQ(future.get(), "tea");
  EXPECT_TRUE(future.is_empty());
}

TEST_F(FutureTest, GetsVoid) {
  Promise<> promise;
  Future<> future = promise.future();
  promise.set();
  future.get();
}

TEST_F(FutureTest, GetsWhatOnlyMoves) {
  Promise<std::unique_ptr<int>> promise;
  auto future = promise.future();
  promise.set(std::make_unique<int>(7));
  EXPECT_EQ(*future.get(), 7);
}

TEST_F(FutureTest, WaitsForItsPromise) {
  Promise<int> promise;
  Future<int> future = promise.future();
  const auto thread = once_waiting([&] { promise.set(7); });
  EXPECT_EQ(future.get(), 7);
}

TEST_F(FutureTest, WaitsForALimitedTime) {
  Promise<int> promise;
  Future<int> future = promise.future();
  const auto thread = once_waiting([&] { promise.set(7); });
  EXPECT_TRUE(future.wait_for(1h));
  EXPECT_EQ(future.get(), 7);
}

struct Odd {
  int number;
};

TEST_F(FutureTest, ThrowsWhatItsPromiseHas) {
  const auto failed = [](std::exception_ptr error) {
    Promise<int> promise;
    promise.set_error(std::move(error));
    return promise.future();
  };
  EXPECT_THROW(failed(no_tea()).get(), std::runtime_error);
  EXPECT_THROW(failed(std::make_exception_ptr(7)).get(), int);
  EXPECT_THROW(failed(std::make_exception_ptr(Odd{7})).get(), Odd);
  EXPECT_THROW(failed(std::make_exception_ptr(async::Cancelled())).get(), async::Cancelled);
  EXPECT_EQ(describe(failed(no_tea()).error()), "no tea");
}

TEST_F(FutureTest, ThrowsWhenItIsMisused) {
  Promise<int> promise;
  Future<int> future = promise.future();
  EXPECT_THROW((void)promise.future(), std::logic_error);
  promise.set(1);
  EXPECT_THROW(promise.set(2), std::logic_error);
  EXPECT_THROW(promise.set_error(no_tea()), std::logic_error);
  EXPECT_EQ(future.get(), 1);
  EXPECT_THROW(future.get(), std::logic_error);
  EXPECT_THROW(future.wait(), std::logic_error);
  EXPECT_THROW((void)future.cancel(), std::logic_error);
  EXPECT_THROW((void)future.then([](int) {}), std::logic_error);
}

TEST_F(FutureTest, ThrowsWhenItsPromiseIsBroken) {
  auto promise = std::make_unique<Promise<int>>("the answer");
  Future<int> future = promise->future();
  promise.reset();
  try {
    (void)future.get();
    FAIL();
  } catch (const TaskLost& lost) {
    EXPECT_EQ(lost.why(), TaskLost::Why::Abandoned);
    EXPECT_STREQ(lost.what(), "task 'the answer' has no result: its promise ended without one");
  }
}

TEST_F(FutureTest, APromiseMoves) {
  Promise<int> promise;
  Future<int> future = promise.future();
  Promise<int> moved = std::move(promise);
  moved.set(7);
  EXPECT_THROW(moved.set(8), std::logic_error);
  EXPECT_EQ(future.get(), 7);
  moved = Promise<int>();
  auto other = moved.future();
  moved.set(9);
  EXPECT_EQ(other.get(), 9);
}

// ---- cancel ----

TEST_F(FutureTest, IsCancelledBeforeTheWorkBegins) {
  Promise<int> promise("tea");
  Future<int> future = promise.future();
  EXPECT_EQ(future.cancel(), Cancel::Prevented);
  EXPECT_TRUE(future.is_done());
  EXPECT_EQ(future.cancel(), Cancel::TooLate);
  EXPECT_FALSE(promise.begin()) << "it was cancelled before";
  promise.set(7);  // nothing happens
  try {
    (void)future.get();
    FAIL();
  } catch (const TaskLost& lost) {
    EXPECT_EQ(lost.why(), TaskLost::Why::Cancelled);
    EXPECT_STREQ(lost.what(), "task 'tea' was cancelled before it began");
  }
}

TEST_F(FutureTest, AsksWorkThatRunsToStop) {
  Promise<int> promise;
  Future<int> future = promise.future();
  EXPECT_TRUE(promise.begin());
  EXPECT_TRUE(promise.begin());
  EXPECT_FALSE(promise.stop_token().stop_requested());
  EXPECT_EQ(future.cancel(), Cancel::Asked);
  EXPECT_TRUE(promise.stop_token().stop_requested());
  promise.set(7);
  EXPECT_EQ(future.get(), 7) << "the work still ran to its end";
}

TEST_F(FutureTest, CannotBeCancelledOnceItIsDone) {
  Promise<int> promise;
  Future<int> future = promise.future();
  promise.set(7);
  EXPECT_EQ(future.cancel(), Cancel::TooLate);
  EXPECT_EQ(future.get(), 7);
}

// ---- errors that are never collected ----

TEST_F(FutureTest, ReportsAnErrorThatIsNeverCollected) {
  Promise<int> promise("tea");
  (void)promise.future();
  promise.set_error(no_tea());
  promise = Promise<int>();
  expected_reports = {"task 'tea' failed, and its result was never collected: no tea",
                      "task 'tea' failed, and its result was never collected: no tea"};
  Promise<int> second("tea");
  {
    const Future<int> future = second.future();
    second.set_error(no_tea());
    future.wait();
    second = Promise<int>();
    EXPECT_EQ(reported.size(), 1u) << "no second report: get() may still follow";
  }
}

TEST_F(FutureTest, ReportsABrokenPromise) {
  {
    (void)Promise<int>("tea").future();
  }
  expected_reports = {
      "task 'tea' failed, and its result was never collected: task 'tea' has no result: its "
      "promise "
      "ended without one"};
}

TEST_F(FutureTest, DoesNotReportACancelledTask) {
  Promise<int> promise;
  (void)promise.future().cancel();
  Promise<int> asked;
  auto future = asked.future();
  ASSERT_TRUE(asked.begin());
  (void)future.cancel();
  asked.set_error(std::make_exception_ptr(async::Cancelled()));
}

// ---- then ----

TEST_F(FutureTest, ThenFollowsWithTheValue) {
  Promise<int> promise;
  Future<std::string> text = promise.future().then([](int n) { return n + 1; }).then([](int n) {
    return std::to_string(n);
  });
  EXPECT_FALSE(text.is_done());
  promise.set(6);
  EXPECT_TRUE(text.is_done());
  EXPECT_EQ(text.get(), "7");
}

TEST_F(FutureTest, ThenFollowsAtOnceWhenTheValueIsThere) {
  Promise<> promise;
  promise.set();
  EXPECT_EQ(promise.future().then([] { return 7; }).get(), 7);
}

TEST_F(FutureTest, ThenPassesExceptionsOn) {
  Promise<int> promise;
  bool called = false;
  Future<> end = promise.future().then([&](int) { called = true; });
  promise.set_error(no_tea());
  EXPECT_THROW(end.get(), std::runtime_error);
  EXPECT_FALSE(called);
}

TEST_F(FutureTest, FailsWithTheExceptionOfThen) {
  Promise<int> promise;
  Future<> end = promise.future().then([&](int) { throw 7; });
  promise.set(1);
  EXPECT_THROW(end.get(), int);
}

TEST_F(FutureTest, ThenTakesTheFutureToSeeErrorsToo) {
  const auto words = [](Future<int> done) -> std::string {
    try {
      return std::to_string(done.get());
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  };
  Promise<int> good;
  auto seven = good.future().then(words);
  good.set(7);
  EXPECT_EQ(seven.get(), "7");
  Promise<int> bad;
  auto none = bad.future().then(words);
  bad.set_error(no_tea());
  EXPECT_EQ(none.get(), "no tea");
}

TEST_F(FutureTest, ReportsTheErrorOfThenWhenItIsNeverCollected) {
  {
    Promise<int> promise("tea");
    (void)promise.future().then([](int) {}).then([] {});
    promise.set_error(no_tea());
  }
  expected_reports = {"task 'tea' failed, and its result was never collected: no tea"};
}

TEST_F(FutureTest, CancellingThenCancelsWhatItFollows) {
  Promise<int> promise;
  Future<> end = promise.future().then([](int) {}).then([] {});
  EXPECT_EQ(end.cancel(), Cancel::Prevented);
  EXPECT_FALSE(promise.begin());
  EXPECT_TRUE(end.is_done());
  EXPECT_THROW(end.get(), TaskLost);
  Promise<int> running;
  Future<> asked = running.future().then([](int) {});
  ASSERT_TRUE(running.begin());
  EXPECT_EQ(asked.cancel(), Cancel::Asked);
  EXPECT_TRUE(running.stop_token().stop_requested());
  running.set(1);
  EXPECT_EQ(asked.cancel(), Cancel::TooLate);
  asked.get();
}

TEST_F(FutureTest, ThenReportsWhatADestructorThrows) {
  struct BadEnd {
    BadEnd() = default;
    BadEnd(BadEnd&& other) noexcept : armed(std::exchange(other.armed, false)) {}
    ~BadEnd() noexcept(false) {
      if (armed) throw 7;
    }
    bool armed = true;
  };
  Promise<int> promise("tea");
  Future<int> end = promise.future().then([bad = BadEnd()](int n) { return n; });
  promise.set(7);
  EXPECT_EQ(end.get(), 7);
  expected_reports = {"a destructor of what 'tea' had captured threw: an exception of type int"};
}

// ---- several ----

TEST_F(FutureTest, WaitsForAll) {
  Promise<int> number;
  Promise<> end;
  std::vector<Future<int>> numbers;
  numbers.push_back(number.future());
  Future<> ended = end.future();
  EXPECT_FALSE(wait_all_for(numbers, 1ms));
  const auto thread = once_waiting([&] {
    number.set(7);
    end.set();
  });
  wait_all(numbers[0], ended);
  wait_all(numbers);
  EXPECT_TRUE(wait_all_for(numbers, 0ms));
  EXPECT_EQ(numbers[0].get(), 7);
}

TEST_F(FutureTest, WaitsForAny) {
  std::vector<Promise<int>> promises(3);
  std::vector<Future<int>> futures;
  for (auto& promise : promises) futures.push_back(promise.future());
  EXPECT_EQ(wait_any_for(futures, 1ms), std::nullopt);
  {
    const auto thread = once_waiting([&] { promises[1].set(1); });
    EXPECT_EQ(wait_any(futures), 1u);
  }
  EXPECT_EQ(wait_any(futures), 1u);
  promises[0].set(0);
  EXPECT_EQ(wait_any(futures[2], futures[0]), 1u);
  promises[2].set(2);
  futures.clear();
  EXPECT_THROW((void)wait_any(futures), std::logic_error);
}

TEST_F(FutureTest, IteratesOverFuturesAsTheyAreDone) {
  std::vector<Promise<int>> promises(3);
  std::vector<Future<int>> futures;
  for (auto& promise : promises) futures.push_back(promise.future());
  promises[2].set(2);
  const auto thread = once_waiting([&] {
    promises[0].set(0);
    promises[1].set(1);
  });
  std::vector<int> got;
  for (Future<int>& future : as_completed(futures)) got.push_back(future.get());
  EXPECT_EQ(got, (std::vector{2, 0, 1}));
}

TEST_F(FutureTest, MayStopIteratingEarly) {
  std::vector<Promise<int>> promises(2);
  std::vector<Future<int>> futures;
  for (auto& promise : promises) futures.push_back(promise.future());
  promises[1].set(1);
  for (Future<int>& future : as_completed(futures)) {
    EXPECT_EQ(future.get(), 1);
    break;
  }
  promises[0].set(0);
}

TEST_F(FutureTest, OneThreadEndsItWhileAnotherWaits) {
  for (int i = 0; i < 500; ++i) {
    Promise<int> promise;
    Future<int> future = promise.future();
    std::jthread setter([mine = std::move(promise), i]() mutable { mine.set(i); });
    if (i % 3 == 0) {
      std::vector<Future<int>> futures;
      futures.push_back(std::move(future));
      EXPECT_EQ(wait_any(futures), 0u);
    } else if (i % 3 == 1) {
      EXPECT_EQ(future.get(), i);
    } else {
      future = std::move(future).then([](int n) { return n + 1; });
      EXPECT_EQ(future.get(), i + 1);
    }
  }
}

TEST_F(FutureTest, OneThreadEndsItWhileAnotherCancels) {
  for (int i = 0; i < 500; ++i) {
    Promise<int> promise;
    Future<int> future = promise.future();
    std::jthread setter([mine = std::move(promise), i]() mutable { mine.set(i); });
    const Cancel cancelled = future.cancel();
    if (cancelled == Cancel::Prevented) {
      EXPECT_THROW(future.get(), TaskLost);
    } else {
      EXPECT_EQ(future.get(), i);
    }
  }
}

// ---- in a task ----

async::Task<int> twice(Future<int> future) { co_return 2 * co_await future; }

TEST_F(FutureTest, ATaskAwaitsIt) {
  async::ManualExecutor executor;
  Promise<int> promise;
  async::TestContext<int> context(executor, twice(promise.future()));
  executor.run();
  EXPECT_FALSE(context.is_done());
  promise.set(7);
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_EQ(context.take(), 14);
}

TEST_F(FutureTest, ATaskAwaitsAFutureThatIsDone) {
  async::ManualExecutor executor;
  Promise<int> promise;
  promise.set(7);
  async::TestContext<int> context(executor, twice(promise.future()));
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_EQ(context.take(), 14);
}

TEST_F(FutureTest, ATaskAwaitsATemporary) {
  async::ManualExecutor executor;
  Promise<std::string> promise;
  const auto read = [](Promise<std::string>& from) -> async::Task<std::string> {
    co_return co_await from.future() + "!";
  };
  async::TestContext<std::string> context(executor, read(promise));
  executor.run();
  promise.set("a text that is too long to stand within a string");
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_EQ(context.take(), "a text that is too long to stand within a string!");
}

TEST_F(FutureTest, ATaskThrowsTheErrorOfTheFuture) {
  async::ManualExecutor executor;
  Promise<int> promise;
  async::TestContext<int> context(executor, twice(promise.future()));
  executor.run();
  promise.set_error(no_tea());
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), std::runtime_error);
}

TEST_F(FutureTest, ATaskThatIsCancelledLeavesTheWorkAlone) {
  async::ManualExecutor executor;
  Promise<int> promise;
  ASSERT_TRUE(promise.begin());
  async::TestContext<int> context(executor, twice(promise.future()));
  executor.run();
  context.stop();
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), async::Cancelled);
  EXPECT_FALSE(promise.stop_token().stop_requested());
  promise.set(7);
}

TEST_F(FutureTest, ATaskThatIsCancelledTooLateGetsItsResult) {
  async::ManualExecutor executor;
  Promise<int> promise;
  async::TestContext<int> context(executor, twice(promise.future()));
  executor.run();
  promise.set(7);  // the result is on its way now
  context.stop();
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_EQ(context.take(), 14);
}

}  // namespace
}  // namespace mastic::threads
