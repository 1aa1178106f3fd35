#include "mastic/async/when.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "mastic/async/context_testing.h"
#include "mastic/async/event.h"
#include "mastic/async/sleep.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

struct AnyError {};

template <class T>
Task<T> after(base::Duration time, T value) {
  co_await sleep_for(time);
  co_return value;
}
Task<> fail_after(base::Duration time) {
  co_await sleep_for(time);
  throw AnyError();
}

Task<std::string> all_kinds() {
  auto [number, text, nothing, at_hand] = co_await when_all(
      after(20ms, 7), after(10ms, std::string("seven")), sleep_for(5ms), Task<char>('!'));
  static_assert(std::same_as<decltype(nothing), std::monostate>);
  co_return text + " " + std::to_string(number) + at_hand;
}

TEST(WhenAll, GivesAllResults) { EXPECT_EQ(run_to_end(all_kinds()), "seven 7!"); }

Task<std::vector<std::string>> all_of_a_vector() {
  std::vector<Task<std::string>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(after(30ms - i * 10ms, std::to_string(i)));
  co_return co_await when_all(std::move(tasks));
}

TEST(WhenAll, KeepsTheOrderOfAVector) {
  EXPECT_EQ(run_to_end(all_of_a_vector()), (std::vector<std::string>{"0", "1", "2"}));
}

Task<bool> all_of_nothing() {
  co_await when_all(std::vector<Task<>>());
  std::vector<Task<>> tasks;
  tasks.push_back(fail_after(1ms));
  tasks.push_back(fail_after(2ms));
  co_await when_all(std::move(tasks));
  co_return true;
}

TEST(WhenAll, ThrowsTheExceptionOfOneTask) {
  EXPECT_THROW(run_to_end(all_of_nothing()), AnyError);
  EXPECT_THROW(run_to_end(when_all(after(1h, 7), fail_after(1ms))), AnyError);
}

template <class T>
void expect_cancelled(Task<T> task) {
  ManualExecutor executor;
  TestContext<T> context(executor, std::move(task));
  executor.run();
  context.stop();
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), Cancelled);
}

TEST(WhenAll, IsCancelledWithItsContext) { expect_cancelled(when_all(after(1h, 7), Task<int>(3))); }

TEST(WhenAny, IsCancelledWithItsContext) { expect_cancelled(when_any(after(1h, 7), after(2h, 7))); }

Task<std::string> first_kind(base::Duration text_after) {
  Event never;
  auto first =
      co_await when_any(after(20ms, 7), after(text_after, std::string("text")), never.wait());
  if (first.index() == 0) co_return std::to_string(std::get<0>(first));
  co_return std::get<1>(first);
}

TEST(WhenAny, GivesTheFirstResult) {
  EXPECT_EQ(run_to_end(first_kind(10ms)), "text");
  EXPECT_EQ(run_to_end(first_kind(30ms)), "7");
}

Task<bool> cancels_losers() {
  bool cancelled = false;
  const auto loser = [&]() -> Task<int> {
    try {
      co_await sleep_for(1h);
    } catch (const Cancelled&) {
      cancelled = true;
      throw;
    }
    co_return 1;
  };
  auto first = co_await when_any(loser(), after(1ms, 2));
  co_return cancelled&& first.index() == 1;
}

TEST(WhenAny, CancelsTheOthersAndWaitsForThem) { EXPECT_TRUE(run_to_end(cancels_losers())); }

Task<> at_the_same_moment() {
  for (int i = 0; i < 3; ++i) {
    auto first = co_await when_any(Task<int>(1), Task<int>(2), after(0ms, 3));
    EXPECT_EQ(first.index(), 0u);
  }
}

TEST(WhenAny, GivesOneResultIfSeveralAreReady) { run_to_end(at_the_same_moment()); }

Task<std::string> first_of_a_vector() {
  std::vector<Task<std::unique_ptr<std::string>>> tasks;
  for (int i = 0; i < 3; ++i) {
    tasks.push_back(after(30ms - i * 10ms, std::make_unique<std::string>("kept")));
  }
  auto first = co_await when_any(std::move(tasks));
  co_return std::to_string(first.index) + *first.value;
}

TEST(WhenAny, SaysWhichOfAVectorWasFirst) { EXPECT_EQ(run_to_end(first_of_a_vector()), "2kept"); }

TEST(WhenAny, RejectsAnEmptyVector) {
  EXPECT_THROW(run_to_end(when_any(std::vector<Task<int>>())), std::invalid_argument);
}

TEST(WhenAny, ThrowsTheFirstException) {
  EXPECT_THROW(run_to_end(when_any(fail_after(1ms), after(1h, 1))), AnyError);
}

Task<> fail_when_cancelled() {
  try {
    co_await sleep_for(1h);
  } catch (const Cancelled&) {
    throw AnyError();
  }
}

TEST(WhenAny, ThrowsTheExceptionOfACancelledTask) {
  EXPECT_THROW(run_to_end(when_any(fail_when_cancelled(), after(1ms, 1))), AnyError);
}

Task<int> deeper(Task<int> inner) {
  auto [value, nothing] = co_await when_all(std::move(inner), sleep_for(0ms));
  co_return value + 1;
}

TEST(WhenAll, ATreeOfAnyDepthUsesBoundedStack) {
  constexpr int kDeep = 1'000;
  const auto leaf = []() -> Task<int> {
    co_await sleep_for(1ms);
    co_return 0;
  };
  on_a_small_stack([&] {
    Task<int> tree = leaf();
    for (int i = 0; i < kDeep; ++i) tree = deeper(std::move(tree));
    EXPECT_EQ(run_to_end(std::move(tree)), kDeep);
  });
}

}  // namespace
}  // namespace mastic::async
