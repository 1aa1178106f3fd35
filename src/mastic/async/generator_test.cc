#include "mastic/async/generator.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "mastic/async/context_testing.h"
#include "mastic/async/fleet_testing.h"
#include "mastic/async/sleep.h"
#include "mastic/async/task_group.h"
#include "mastic/async/when.h"
#include "mastic/async/with_timeout.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

Generator<int> count_to(int last) {
  for (int i = 1; i <= last; ++i) co_yield i;
}
Generator<int> count_slowly(int last) {
  for (int i = 1; i <= last; ++i) {
    co_await sleep_for(1ms);
    co_yield i;
  }
}

template <class T>
Task<std::vector<T>> all_of(Generator<T> generator) {
  std::vector<T> values;
  while (auto value = co_await generator.next()) values.push_back(*std::move(value));
  co_return values;
}

TEST(Generator, GivesItsValuesInOrderAndThenEnds) {
  EXPECT_EQ(run_to_end(all_of(count_to(3))), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(run_to_end(all_of(count_slowly(3))), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(run_to_end(all_of(count_to(0))), std::vector<int>());
}

Task<int> next_after_the_end() {
  Generator<int> generator = count_to(1);
  int ends = 0;
  for (int i = 0; i < 4; ++i) ends += co_await generator.next() ? 0 : 1;
  co_return ends;
}

TEST(Generator, StaysAtItsEnd) { EXPECT_EQ(run_to_end(next_after_the_end()), 3); }

Generator<int> noting(std::vector<int>& begun) {
  for (int i = 1; i <= 3; ++i) {
    begun.push_back(i);
    co_yield i;
  }
}
Task<> take_one(std::vector<int>& begun) {
  Generator<int> generator = noting(begun);
  EXPECT_TRUE(begun.empty()) << "nothing runs before the first next()";
  co_await generator.next();
}

TEST(Generator, ProducesNoMoreThanIsTaken) {
  std::vector<int> begun;
  run_to_end(take_one(begun));
  EXPECT_EQ(begun, std::vector<int>{1});
}

// ---- values ----

/// Counts its objects, which shows values that are destroyed twice or never.
struct Counted {
  explicit Counted(int& count) : alive(&count) { ++*alive; }
  Counted(const Counted& other) : alive(other.alive) { ++*alive; }
  Counted& operator=(const Counted&) = default;
  ~Counted() { --*alive; }
  int* alive;
};
Generator<Counted> counted(int& alive) {
  const Counted local(alive);
  co_yield Counted(alive);
  co_yield local;
  co_await sleep_for(1ms);
  co_yield Counted(alive);
}
Task<int> most_alive(int& alive) {
  Generator<Counted> generator = counted(alive);
  int most = 0;
  while (const auto value = co_await generator.next()) most = std::max(most, alive);
  co_return most;
}

TEST(Generator, DestroysEachValueOnce) {
  int alive = 0;
  EXPECT_GE(run_to_end(most_alive(alive)), 2);
  EXPECT_EQ(alive, 0);
}

Generator<std::unique_ptr<std::string>> owned_texts() {
  co_yield std::make_unique<std::string>("a text that is too long for a small string");
  auto second = std::make_unique<std::string>("b");
  co_yield std::move(second);
}
Task<std::string> joined() {
  auto texts = owned_texts();
  std::string all;
  while (const auto text = co_await texts.next()) all += **text;
  co_return all;
}

TEST(Generator, GivesValuesThatCanOnlyBeMoved) {
  EXPECT_EQ(run_to_end(joined()), "a text that is too long for a small stringb");
}

Generator<std::string> lines() {
  const std::string first = "first ";
  co_yield first + "line, which is longer than a small string can be";
  co_yield "second";
}

struct Named {
  int number = 0;
  std::string name;
};
Generator<Named> named_values() {
  for (int i = 0; i < 3; ++i) {
    const Named value{.number = i, .name = "short"};
    co_yield value;
  }
}

TEST(Generator, GivesStructs) {
  const auto all = run_to_end(all_of(named_values()));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[2].number, 2);
  EXPECT_EQ(all[2].name, "short");
}

TEST(Generator, ConvertsWhatIsYielded) {
  const auto all = run_to_end(all_of(lines()));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0], "first line, which is longer than a small string can be");
  EXPECT_EQ(all[1], "second");
}

Generator<int> doubled(Generator<int> numbers) {
  while (const auto number = co_await numbers.next()) co_yield 2 * *number;
}

TEST(Generator, MayConsumeAnotherGenerator) {
  EXPECT_EQ(run_to_end(all_of(doubled(doubled(count_slowly(2))))), (std::vector<int>{4, 8}));
}

Task<int> count_many() {
  Generator<int> generator = count_to(1'000'000);
  int sum = 0;
  while (const auto value = co_await generator.next()) sum += *value > 0 ? 1 : 0;
  co_return sum;
}

TEST(Generator, DoesNotGrowTheStack) { EXPECT_EQ(run_to_end(count_many()), 1'000'000); }

TEST(Generator, MayBeDestroyedUnstartedInALongChain) {
  on_a_small_stack([] {
    Generator<int> chain = count_to(1);
    for (int i = 0; i < 100'000; ++i) chain = doubled(std::move(chain));
  });
}

// ---- exceptions ----

Generator<int> failing(bool waits) {
  co_yield 1;
  if (waits) co_await sleep_for(1ms);
  throw std::runtime_error("the table is gone");
}
Task<std::string> errors_of(Generator<int> generator) {
  std::string errors;
  co_await generator.next();
  for (int i = 0; i < 2; ++i) {
    try {
      co_await generator.next();
      errors += "no error;";
    } catch (const std::runtime_error& error) {
      errors += std::string(error.what()) + ';';
    }
  }
  co_return errors;
}

TEST(Generator, ThrowsItsErrorAtEachLaterNext) {
  EXPECT_EQ(run_to_end(errors_of(failing(false))), "the table is gone;the table is gone;");
  EXPECT_EQ(run_to_end(errors_of(failing(true))), "the table is gone;the table is gone;");
}

Task<std::string> trace_of_failure() {
  Generator<int> generator = failing(true);
  try {
    while (const auto value = co_await generator.next()) EXPECT_EQ(*value, 1);
  } catch (const std::runtime_error&) {
    co_return current_task_trace().text();
  }
  co_return "";
}

TEST(Generator, IsInTheTraceOfItsError) {
  EXPECT_NE(run_to_end(trace_of_failure()).find("failing"), std::string::npos);
}

Task<> takes_all(Generator<int>& generator, int& taken) {
  while (const auto value = co_await generator.next()) taken += *value;
}
Task<std::string> two_consumers(int& taken) {
  Generator<int> generator = count_slowly(5);
  try {
    co_await when_all(takes_all(generator, taken), takes_all(generator, taken));
  } catch (const std::logic_error& error) {
    co_return error.what();
  }
  co_return "no error";
}

TEST(Generator, RefusesTwoTasksAtOnce) {
  int taken = 0;
  EXPECT_EQ(run_to_end(two_consumers(taken)),
            "two tasks await next() of one generator: await it in one task at a time");
}

// ---- cancellation and destruction ----

/// Notes its end.
struct Guard {
  explicit Guard(std::string& text) : notes(text) {}
  ~Guard() { notes += "closed;"; }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  std::string& notes;
};
Generator<int> guarded(std::string& notes, base::Duration wait) {
  const Guard guard(notes);
  try {
    while (true) {
      co_yield 1;
      co_await sleep_for(wait);
    }
  } catch (const Cancelled&) {
    notes += "cancelled;";
    throw;
  }
}
Task<> leave_after(int values, std::string& notes) {
  {
    Generator<int> generator = guarded(notes, 1ms);
    for (int i = 0; i < values; ++i) co_await generator.next();
  }
  notes += "left;";
}

TEST(Generator, IsClosedWhenItsConsumerLeavesInMidStream) {
  std::string notes;
  run_to_end(leave_after(3, notes));
  EXPECT_EQ(notes, "closed;left;");
  notes.clear();
  run_to_end(leave_after(0, notes));
  EXPECT_EQ(notes, "left;") << "it never began";
}

Task<> take_for_ever(std::string& notes) {
  Generator<int> generator = guarded(notes, 1h);
  while (const auto value = co_await generator.next()) EXPECT_EQ(*value, 1);
}

TEST(Generator, IsCancelledWithItsConsumer) {
  std::string notes;
  ManualExecutor executor;
  TestContext<void> context(executor, take_for_ever(notes));
  executor.run();
  EXPECT_EQ(notes, "");
  context.stop();
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), Cancelled);
  EXPECT_EQ(notes, "cancelled;closed;");
}

TEST(Generator, MayBeDestroyedWithItsConsumerWhileItWaits) {
  std::string notes;
  ManualExecutor executor;
  {
    TestContext<void> context(executor, take_for_ever(notes));
    executor.run();
  }
  EXPECT_EQ(notes, "closed;");
  executor.advance(2h);
}

Task<std::string> with_limits(std::string& notes) {
  Generator<int> generator = guarded(notes, 10ms);
  co_await with_timeout(generator.next(), 1ms);
  try {
    co_await with_timeout(generator.next(), 1ms);
  } catch (const TimedOut&) {
    notes += "late;";
  }
  try {
    co_await generator.next();
  } catch (const Cancelled&) {
    notes += "stays cancelled;";
  }
  co_return notes;
}

TEST(Generator, EndsWhenItsNextTimesOut) {
  std::string notes;
  EXPECT_EQ(run_to_end(with_limits(notes)), "cancelled;closed;late;stays cancelled;");
}

Task<int> within_groups() {
  Generator<int> generator = count_slowly(4);
  int sum = 0;
  for (int i = 0; i < 4; ++i) {  // the scope of each next() is gone before the following one
    co_await task_group([&](TaskGroup& group) {
      group.spawn([&]() -> Task<> { sum += *co_await generator.next(); });
    });
  }
  co_return sum;
}

TEST(Generator, WaitsInTheScopeOfEachNext) { EXPECT_EQ(run_to_end(within_groups()), 10); }

Generator<int> hurried(int last, std::atomic<int>& open) {
  struct Open {
    explicit Open(std::atomic<int>& of) : count(of) { ++count; }
    ~Open() { --count; }
    std::atomic<int>& count;
  };
  const Open counted(open);
  for (int i = 1; i <= last; ++i) {
    if (i % 3 == 0) co_await sleep_for(50us);
    co_yield 1;
  }
}
Task<int> sum_of(Generator<int> numbers) {
  int sum = 0;
  while (const auto number = co_await numbers.next()) sum += *number;
  co_return sum;
}

TEST(Generator, IsSafeWhenItsExecutorChangesThreadsAtEveryJob) {
  std::atomic<int> open = 0;
  {
    Fleet fleet;
    for (int i = 0; i < 9; ++i) fleet.start(sum_of(hurried(60, open)));
    EXPECT_EQ(fleet.sum(), 9 * 60);
  }
  {
    Fleet fleet;
    for (int i = 0; i < 9; ++i) fleet.start(sum_of(hurried(60, open)));
    fleet.stop_some();
    EXPECT_GE(fleet.sum(), 0);
  }
  EXPECT_EQ(open, 0);
}

}  // namespace
}  // namespace mastic::async
