#include "mastic/async/task_group.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "mastic/async/context_testing.h"
#include "mastic/async/sleep.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

struct ChildError : std::runtime_error {
  using runtime_error::runtime_error;
};

Task<> append_after(base::Duration time, std::string& text, char letter) {
  co_await sleep_for(time);
  text += letter;
}
Task<> fail_after(base::Duration time, const char* what) {
  co_await sleep_for(time);
  throw ChildError(what);
}

Task<std::string> beside_each_other() {
  std::string text;
  co_await task_group([&](TaskGroup& group) {
    group.spawn(append_after(30ms, text, 'c'));
    group.spawn(append_after(10ms, text, 'a'));
    group.spawn(append_after(20ms, text, 'b'));
    EXPECT_EQ(group.size(), 3u);
  });
  co_return text;
}

TEST(TaskGroup, RunsTasksConcurrently) { EXPECT_EQ(run_to_end(beside_each_other()), "abc"); }

TEST(TaskGroup, TakesNoLongerThanItsLongestTask) {
  ManualExecutor executor;
  TestContext<std::string> context(executor, beside_each_other());
  executor.advance(30ms);
  EXPECT_TRUE(context.is_done());
}

Task<int> empty_group() {
  co_return co_await task_group([](TaskGroup&) { return 3; });
}
TEST(TaskGroup, MayBeEmpty) { EXPECT_EQ(run_to_end(empty_group()), 3); }

Task<std::string> body_is_a_task() {
  std::string text;
  text += co_await task_group([&](TaskGroup& group) -> Task<std::string> {
    group.spawn(append_after(20ms, text, 'b'));
    co_await sleep_for(10ms);
    text += 'a';
    co_return "c";
  });
  co_return text;
}

TEST(TaskGroup, GivesTheResultOfItsBody) { EXPECT_EQ(run_to_end(body_is_a_task()), "abc"); }

Task<> spawn_in_turn(TaskGroup& group, int left, int& ended) {
  if (left > 0) group.spawn(spawn_in_turn(group, left - 1, ended));
  ++ended;
  co_return;
}
Task<int> spawned_by_spawned() {
  int ended = 0;
  co_await task_group([&](TaskGroup& group) { group.spawn(spawn_in_turn(group, 100'000, ended)); });
  co_return ended;
}

TEST(TaskGroup, TasksMaySpawnTasksWithoutGrowingTheStack) {
  EXPECT_EQ(run_to_end(spawned_by_spawned()), 100'001);
}

Task<std::string> kept_captures() {
  std::string text;
  co_await task_group([&](TaskGroup& group) {
    for (int i = 0; i < 3; ++i) {
      group.spawn([&text, words = std::make_unique<std::string>(std::to_string(i))]() -> Task<> {
        co_await sleep_for(1ms);
        text += *words;
      });
    }
  });
  co_return text;
}

TEST(TaskGroup, KeepsTheCapturesOfALambda) { EXPECT_EQ(run_to_end(kept_captures()), "012"); }

Task<std::string> first_failure(std::string& text) {
  std::string what;
  try {
    co_await task_group([&](TaskGroup& group) {
      group.spawn(append_after(10ms, text, 'a'));
      group.spawn(fail_after(20ms, "first"));
      group.spawn(append_after(30ms, text, 'x'));
    });
  } catch (const ChildError& oops) {
    what = oops.what();
  }
  co_await sleep_for(1ms);  // the function around the group continues
  co_return what;
}

TEST(TaskGroup, TheFirstFailureCancelsTheRestAndIsThrown) {
  std::string text;
  ManualExecutor executor;
  TestContext<std::string> context(executor, first_failure(text));
  executor.advance(21ms);
  ASSERT_TRUE(context.is_done());
  EXPECT_EQ(context.take(), "first");
  EXPECT_EQ(text, "a");
}

Task<> fails_when_cancelled() {
  try {
    co_await sleep_for(1h);
  } catch (const Cancelled&) {
    throw ChildError("second");
  }
}
Task<std::string> other_failures() {
  try {
    co_await task_group([&](TaskGroup& group) {
      group.spawn(fails_when_cancelled());
      group.spawn(fail_after(1ms, "first"));
      group.spawn(fails_when_cancelled());
    });
  } catch (const ChildError& oops) {
    co_return oops.what() + std::string("\n") + current_task_trace().text();
  }
  co_return "";
}

TEST(TaskGroup, KeepsOtherFailuresWithTheFirst) {
  const std::string text = run_to_end(other_failures());
  EXPECT_TRUE(text.starts_with("first\n")) << text;
  const auto other = text.find("another task also failed: second");
  ASSERT_NE(other, text.npos) << text;
  EXPECT_NE(text.find("another task also failed: second", other + 1), text.npos) << text;
}

Task<bool> left_by_exception(bool& cancelled) {
  try {
    co_await task_group([&](TaskGroup& group) -> Task<> {
      group.spawn([&]() -> Task<> {
        try {
          co_await sleep_for(1h);
        } catch (const Cancelled&) {
          cancelled = true;
        }
      });
      co_await sleep_for(1ms);
      throw ChildError("the body");
    });
  } catch (const ChildError&) {
    co_return cancelled;
  }
  co_return false;
}

TEST(TaskGroup, AnExceptionOfTheBodyCancelsTheTasksAndWaitsForThem) {
  bool cancelled = false;
  EXPECT_TRUE(run_to_end(left_by_exception(cancelled)));
}

Task<int> cancels_itself() {
  int ended = 0;
  co_await task_group([&](TaskGroup& group) {
    group.spawn(sleep_for(1h));
    group.spawn([&]() -> Task<> {
      co_await sleep_for(1ms);
      group.cancel();
      ++ended;
    });
  });
  co_await sleep_for(1ms);
  co_return ended;
}

TEST(TaskGroup, ThrowsNothingWhenItCancelsItself) { EXPECT_EQ(run_to_end(cancels_itself()), 1); }

/// Waits, and counts that it was cancelled.
Task<> waits_for_an_hour(int& cancelled) {
  try {
    co_await sleep_for(1h);
  } catch (const Cancelled&) {
    ++cancelled;
    throw;
  }
}

Task<> group_that_waits(int& cancelled) {
  co_await task_group([&](TaskGroup& group) {
    for (int i = 0; i < 3; ++i) group.spawn(waits_for_an_hour(cancelled));
  });
}

TEST(TaskGroup, IsCancelledWithItsContext) {
  int cancelled = 0;
  ManualExecutor executor;
  TestContext<void> context(executor, group_that_waits(cancelled));
  executor.run();
  context.stop();
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_EQ(cancelled, 3);
  EXPECT_THROW(context.take(), Cancelled);
}

Task<int> cancelled_after_its_end() {
  const int value = co_await task_group([](TaskGroup& group) -> Task<int> {
    group.spawn(sleep_for(1ms));
    co_await sleep_for(2ms);
    EXPECT_EQ(group.size(), 0u);
    group.cancel();
    co_return 4;
  });
  co_await sleep_for(1ms);
  co_return value;
}

TEST(TaskGroup, MayBeCancelledAfterAllHaveEnded) {
  ManualExecutor executor;
  TestContext<int> context(executor, cancelled_after_its_end());
  executor.advance(1s);
  ASSERT_TRUE(context.is_done());
  context.stop();  // nothing is left to stop
  executor.run();
  EXPECT_EQ(context.take(), 4);
}

TEST(TaskGroup, MayBeStoppedBeforeItBegan) {
  int cancelled = 0;
  ManualExecutor executor;
  TestContext<void> context(executor, group_that_waits(cancelled));
  context.stop();
  executor.run();
  ASSERT_TRUE(context.is_done());
}

TEST(TaskGroup, MayBeDestroyedWhileItsTasksWait) {
  int cancelled = 0;
  ManualExecutor executor;
  {
    TestContext<void> context(executor, group_that_waits(cancelled));
    executor.run();
  }
  executor.advance(2h);
  EXPECT_EQ(cancelled, 0);
}

Task<int> spawns_after_cancel() {
  int begun = 0;
  co_await task_group([&](TaskGroup& group) {
    group.cancel();
    group.spawn([&]() -> Task<> {
      ++begun;
      co_return;
    });
  });
  co_return begun;
}

TEST(TaskGroup, BeginsNoTaskAfterItWasCancelled) {
  EXPECT_EQ(run_to_end(spawns_after_cancel()), 0);
}

/// Each level waits in its own group, nested in the one above.
Task<> nested_groups(int levels, int& cancelled) {
  co_await task_group([&](TaskGroup& group) {
    if (levels > 0) group.spawn(nested_groups(levels - 1, cancelled));
    group.spawn(waits_for_an_hour(cancelled));
  });
}

Task<int> cancelled_from_above() {
  int cancelled = 0;
  co_await task_group([&](TaskGroup& outer) {
    outer.spawn([&]() -> Task<> {
      co_await task_group([&](TaskGroup& inner) {
        inner.spawn(nested_groups(10, cancelled));
        inner.spawn([&]() -> Task<> {
          co_await sleep_for(1ms);
          inner.cancel();
        });
      });
      co_await sleep_for(1ms);
      outer.spawn(nested_groups(5, cancelled));
      co_await sleep_for(1ms);
      EXPECT_EQ(cancelled, 11);
      outer.cancel();
    });
  });
  co_return cancelled;
}

TEST(TaskGroup, CancelsNestedGroups) { EXPECT_EQ(run_to_end(cancelled_from_above()), 17); }

Task<int> keeps_its_stop() {
  int cancelled = 0;
  co_await task_group([&](TaskGroup& group) {
    group.spawn([&]() -> Task<> {
      for (int i = 0; i < 3; ++i) {
        try {
          co_await sleep_for(1h);
        } catch (const Cancelled&) {
          ++cancelled;
        }
      }
    });
    group.spawn([&]() -> Task<> {
      co_await sleep_for(1ms);
      group.cancel();
    });
  });
  co_return cancelled;
}

TEST(TaskGroup, AfterCancelEveryAwaitThrows) { EXPECT_EQ(run_to_end(keeps_its_stop()), 3); }

struct ThrowsOnExit {
  explicit ThrowsOnExit(bool does_throw) : throws(does_throw) {}
  ~ThrowsOnExit() noexcept(false) {
    if (throws) throw ChildError("from a destructor");
  }
  bool throws;
};
Task<> with_bad_destructor() {
  const ThrowsOnExit bad(true);
  co_await sleep_for(1ms);
}
Task<> throws_int() {
  co_await sleep_for(1ms);
  throw 42;
}
Task<int> exceptions_of_any_type() {
  int caught = 0;
  try {
    co_await task_group([](TaskGroup& group) { group.spawn(with_bad_destructor()); });
  } catch (const ChildError&) {
    ++caught;
  }
  try {
    co_await task_group([](TaskGroup& group) { group.spawn(throws_int()); });
  } catch (int number) {
    caught += number;
  }
  co_return caught;
}

TEST(TaskGroup, PassesExceptionsOfAnyType) { EXPECT_EQ(run_to_end(exceptions_of_any_type()), 43); }

Task<int> many() {
  int ended = 0;
  co_await task_group([&](TaskGroup& group) {
    for (int i = 0; i < 1000; ++i) {
      group.spawn([&]() -> Task<> {
        co_await sleep_for(1ms);
        ++ended;
      });
    }
  });
  co_return ended;
}

TEST(TaskGroup, HoldsManyTasks) { EXPECT_EQ(run_to_end(many()), 1000); }

}  // namespace
}  // namespace mastic::async
