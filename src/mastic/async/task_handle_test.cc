#include "mastic/async/task_handle.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mastic/async/channel.h"
#include "mastic/async/context_testing.h"
#include "mastic/async/sleep.h"
#include "mastic/async/task_trace.h"
#include "mastic/async/when.h"
#include "mastic/async/with_timeout.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

struct HandleError : std::runtime_error {
  using runtime_error::runtime_error;
};

Task<int> value_after(base::Duration time, int value) {
  co_await sleep_for(time);
  co_return value;
}
Task<> note_after(base::Duration time, std::string& text, char letter) {
  try {
    co_await sleep_for(time);
  } catch (const Cancelled&) {
    text += '!';
    throw;
  }
  text += letter;
}
Task<int> error_after(base::Duration time) {
  co_await sleep_for(time);
  throw HandleError("no tea");
}

// ---- results ----

Task<int> sum_of_two() {
  co_return co_await task_group([](TaskGroup& group) -> Task<int> {
    TaskHandle slow(group, value_after(20ms, 40));
    TaskHandle quick(group, value_after(10ms, 2));
    EXPECT_FALSE(slow.has_ended());
    const int sum = co_await slow.result();
    EXPECT_TRUE(quick.has_ended());
    co_return sum + co_await quick.result();
  });
}
TEST(TaskHandle, GivesTheResultOfItsTask) { EXPECT_EQ(run_to_end(sum_of_two()), 42); }

Task<> ask_twice() {
  co_await task_group([](TaskGroup& group) -> Task<> {
    TaskHandle task(group, value_after(1ms, 7));
    EXPECT_EQ(co_await task.result(), 7);
    (void)co_await task.result();
  });
}
TEST(TaskHandle, GivesItsValueOnlyOnce) { EXPECT_THROW(run_to_end(ask_twice()), std::logic_error); }

Task<std::string> operations_and_values() {
  std::string text;
  co_await task_group([&](TaskGroup& group) -> Task<> {
    Channel<std::string> channel(1);
    TaskHandle received(group, channel.receive());
    TaskHandle at_hand(group, Task<int>(7));
    TaskHandle<> nothing(group, note_after(1ms, text, 'n'));
    EXPECT_TRUE(channel.try_send("tea"));
    text += *co_await received.result();
    text += std::to_string(co_await at_hand.result());
    co_await nothing.result();
  });
  co_return text;
}
TEST(TaskHandle, TakesTheSameArgumentsAsSpawn) {
  EXPECT_EQ(run_to_end(operations_and_values()), "tea7n");
}

Task<int> function_with_captures() {
  co_return co_await task_group([](TaskGroup& group) -> Task<int> {
    std::optional<TaskHandle<int>> handle;
    {
      const auto kept = std::make_shared<int>(7);
      const auto body = [kept]() -> Task<int> {
        co_await sleep_for(1ms);
        co_return *kept;
      };
      handle = TaskHandle(group, body);
    }
    co_return co_await handle->result();
  });
}
TEST(TaskHandle, KeepsAFunctionUntilItsTaskHasEnded) {
  EXPECT_EQ(run_to_end(function_with_captures()), 7);
}

Task<std::string> dropped_handle(std::vector<TaskHandle<>>& kept) {
  std::string text;
  co_await task_group([&](TaskGroup& group) {
    {
      const TaskHandle<> dropped(group, note_after(10ms, text, 'a'));
    }
    kept.emplace_back(group, note_after(20ms, text, 'b'));
  });
  EXPECT_TRUE(kept.front().has_ended());
  kept.front().cancel();
  co_await kept.front().result();
  co_return text;
}
TEST(TaskHandle, ItsTaskBelongsToTheGroupAndNotToTheHandle) {
  std::vector<TaskHandle<>> kept;
  EXPECT_EQ(run_to_end(dropped_handle(kept)), "ab");
  kept.clear();
}

// ---- cancelling ----

Task<std::string> cancel_one_of_two() {
  std::string text;
  co_await task_group([&](TaskGroup& group) -> Task<> {
    TaskHandle one(group, note_after(10ms, text, 'a'));
    group.spawn(note_after(20ms, text, 'b'));
    co_await sleep_for(1ms);
    one.cancel();
    one.cancel();
    EXPECT_FALSE(one.has_ended()) << "the task has to run before it ends";
    try {
      co_await one.result();
    } catch (const Cancelled&) {
      text += 'c';
    }
    EXPECT_TRUE(one.has_ended());
    EXPECT_FALSE(group.is_cancelled());
    one.cancel();
  });
  co_return text;
}
TEST(TaskHandle, CancelsOneTaskOfItsGroup) { EXPECT_EQ(run_to_end(cancel_one_of_two()), "!cb"); }

Task<std::string> cancel_before_it_begins() {
  std::string text;
  co_await task_group([&](TaskGroup& group) {
    TaskHandle one(group, note_after(10ms, text, 'a'));
    one.cancel();
  });
  co_return text;
}
TEST(TaskHandle, ATaskCancelledBeforeItBeginsNeverRuns) {
  EXPECT_EQ(run_to_end(cancel_before_it_begins()), "");
}

Task<int> nested(base::Duration time) {
  const auto [one, two] = co_await when_all(value_after(time, 1), value_after(time, 2));
  co_return one + two;
}
Task<bool> cancel_a_whole_part() {
  co_return co_await task_group([](TaskGroup& group) -> Task<bool> {
    TaskHandle part(group, nested(1h));
    const auto limited = co_await when_any(part.result(), sleep_for(1ms));
    part.cancel();
    try {
      (void)co_await part.result();
    } catch (const Cancelled&) {
      co_return limited.index() == 1;
    }
    co_return false;
  });
}
TEST(TaskHandle, CancelsEverythingInsideItsTask) {
  ManualExecutor executor;
  TestContext<bool> context(executor, cancel_a_whole_part());
  executor.advance(1ms);
  ASSERT_TRUE(context.is_done());
  EXPECT_TRUE(context.take());
}

Task<> cancel_itself(std::string& text) {
  co_await task_group([&](TaskGroup& group) -> Task<> {
    std::unique_ptr<TaskHandle<>> self;
    const auto body = [&]() -> Task<> {
      self->cancel();
      text += 'a';
      co_await sleep_for(1ms);
      text += 'b';
    };
    self = std::make_unique<TaskHandle<>>(group, body());
    co_await sleep_for(10ms);
    EXPECT_TRUE(self->has_ended());
  });
}
TEST(TaskHandle, ATaskMayCancelItself) {
  std::string text;
  run_to_end(cancel_itself(text));
  EXPECT_EQ(text, "a");
}

Task<> cancel_in_the_run_of_its_end(std::string& text) {
  co_await task_group([&](TaskGroup& group) -> Task<> {
    Channel<int> channel(0);
    const auto body = [&]() -> Task<> {
      (void)co_await channel.receive();
      text += 'a';
    };
    auto handle = std::make_unique<TaskHandle<>>(group, body());
    co_await sleep_for(1ms);
    EXPECT_TRUE(channel.try_send(1));  // the task is served, and told to stop after that
    handle->cancel();
    handle.reset();
    co_await sleep_for(1ms);
  });
}
TEST(TaskHandle, ATaskCancelledAfterItWasServedGetsItsValue) {
  std::string text;
  run_to_end(cancel_in_the_run_of_its_end(text));
  EXPECT_EQ(text, "a");
}

Task<> wait_with_limit(std::string& text) {
  co_await task_group([&](TaskGroup& group) -> Task<> {
    TaskHandle slow(group, note_after(20ms, text, 'a'));
    try {
      co_await with_timeout(slow.result(), 5ms);
    } catch (const TimedOut&) {
      text += 't';
    }
    EXPECT_FALSE(slow.has_ended());
    co_await slow.result();
    text += 'b';
  });
}
TEST(TaskHandle, AWaiterMayGiveUpAndAskAgain) {
  std::string text;
  run_to_end(wait_with_limit(text));
  EXPECT_EQ(text, "tab");
}

// ---- failures ----

Task<> caught_by_who_waits(std::string& text) {
  co_await task_group([&](TaskGroup& group) -> Task<> {
    group.spawn(note_after(20ms, text, 'b'));
    TaskHandle fails(group, error_after(10ms));
    try {
      (void)co_await fails.result();
    } catch (const HandleError&) {
      text += 'a';
    }
    EXPECT_TRUE(fails.has_ended());
  });
}
TEST(TaskHandle, ThrowsAnExceptionToTheWaiter) {
  std::string text;
  run_to_end(caught_by_who_waits(text));
  EXPECT_EQ(text, "ab") << "the group continues";
}

Task<> nobody_waits(std::string& text) {
  co_await task_group([&](TaskGroup& group) -> Task<> {
    group.spawn(note_after(20ms, text, 'b'));
    TaskHandle fails(group, error_after(10ms));
    try {
      (void)co_await with_timeout(fails.result(), 5ms);
    } catch (const TimedOut&) {
    }
    co_await sleep_for(1h);
  });
}
TEST(TaskHandle, AnExceptionFailsTheGroupWithoutAWaiter) {
  std::string text;
  EXPECT_THROW(run_to_end(nobody_waits(text)), HandleError);
  EXPECT_EQ(text, "!");
}

Task<> fail_when_told(Channel<int>& go) {
  (void)co_await go.receive();
  throw HandleError("no tea");
}
Task<> wait_for_failure(Channel<int>& go, std::string& text) {
  co_await task_group([&](TaskGroup& group) -> Task<> {
    TaskHandle fails(group, fail_when_told(go));
    try {
      co_await fails.result();
    } catch (const HandleError&) {
      text += 'a';
      throw;
    }
  });
}
/// Stops a context on its executor, after the messages that were posted before.
struct StopMessage final : Message {
  explicit StopMessage(Context& its_context) : context(its_context) {}
  void deliver() noexcept override { context.stop(); }
  Context& context;
};
TEST(TaskHandle, AnExceptionJustBeforeACancellationIsNotLost) {
  ManualExecutor executor;
  Channel<int> go(0);
  std::string text;
  TestContext<void> context(executor, wait_for_failure(go, text));
  executor.run();
  EXPECT_TRUE(go.try_send(1));  // the task is about to throw
  StopMessage stop(context);
  executor.post(stop);  // the waiter is cancelled before that
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW(context.take(), HandleError);
  EXPECT_EQ(text, "a");
}

Task<std::string> trace_of_a_failure() {
  std::string trace;
  co_await task_group([&](TaskGroup& group) -> Task<> {
    TaskHandle fails(group, error_after(1ms));
    try {
      (void)co_await fails.result();
    } catch (const HandleError&) {
      trace = current_task_trace().text();
    }
  });
  co_return trace;
}
TEST(TaskHandle, AnExceptionReachesTheWaiterWithItsTrace) {
  const std::string trace = run_to_end(trace_of_a_failure());
  EXPECT_NE(trace.find("error_after"), std::string::npos) << trace;
}

Task<> group_fails_elsewhere(std::string& text) {
  co_await task_group([&](TaskGroup& group) -> Task<> {
    group.spawn(error_after(1ms));
    TaskHandle other(group, note_after(1h, text, 'a'));
    co_await other.result();
  });
}
TEST(TaskHandle, IsCancelledWithItsGroup) {
  std::string text;
  EXPECT_THROW(run_to_end(group_fails_elsewhere(text)), HandleError);
  EXPECT_EQ(text, "!");
}

// ---- shield ----

Task<std::string> shielded_save(base::Duration limit) {
  std::string text;
  co_await task_group([&](TaskGroup& outer) -> Task<> {
    try {
      co_await with_timeout(shield(outer, note_after(20ms, text, 's')), limit);
      text += 'i';
    } catch (const TimedOut&) {
      text += 't';
    }
  });
  text += 'e';
  co_return text;
}
TEST(Shield, ContinuesWhenItsWaiterTimesOut) {
  EXPECT_EQ(run_to_end(shielded_save(5ms)), "tse") << "the outer group waits for it";
  EXPECT_EQ(run_to_end(shielded_save(1h)), "sie");
  EXPECT_EQ(run_to_end(shielded_save(0s)), "tse") << "the task begins even with a limit of zero";
}

Task<std::string> shielded_from_a_group() {
  std::string text;
  co_await task_group([&](TaskGroup& outer) -> Task<> {
    co_await task_group([&](TaskGroup& inner) -> Task<> {
      inner.spawn(shield(outer, note_after(20ms, text, 's')));
      inner.spawn(note_after(20ms, text, 'n'));
      co_await sleep_for(1ms);
      inner.cancel();
    });
    text += 'i';
  });
  co_return text;
}
TEST(Shield, ContinuesWhenTheInnerGroupIsCancelled) {
  EXPECT_EQ(run_to_end(shielded_from_a_group()), "!is");
}

Task<std::string> cleaned_up_after_a_cancel() {
  std::string text;
  co_await task_group([&](TaskGroup& outer) -> Task<> {
    const auto work = [&]() -> Task<> {
      bool is_cancelled = false;
      try {
        co_await sleep_for(1h);
      } catch (const Cancelled&) {
        is_cancelled = true;
      }
      EXPECT_TRUE(is_cancelled);
      co_await shield(outer, note_after(1ms, text, 'c'));  // this await throws, but the task runs
      text += 'w';
    };
    TaskHandle<> worker(outer, work);
    co_await sleep_for(1ms);
    worker.cancel();
  });
  co_return text;
}
TEST(Shield, RunsCleanupAfterACancellation) {
  EXPECT_EQ(run_to_end(cleaned_up_after_a_cancel()), "c");
}

TEST(Shield, IsCancelledWithTheGroupThatOwnsIt) {
  ManualExecutor executor;
  TestContext<std::string> context(executor, shielded_save(1h));
  executor.advance(1ms);
  context.stop();
  executor.run();
  ASSERT_TRUE(context.is_done());
  EXPECT_THROW((void)context.take(), Cancelled);
}

Task<std::string> shielded_failure(base::Duration limit) {
  std::string text;
  try {
    co_await task_group([&](TaskGroup& outer) -> Task<> {
      try {
        (void)co_await with_timeout(shield(outer, error_after(20ms)), limit);
      } catch (const TimedOut&) {
        text += 't';
      } catch (const HandleError&) {
        text += 'w';
      }
    });
  } catch (const HandleError&) {
    text += 'g';
  }
  co_return text;
}
TEST(Shield, AFailureGoesToTheWaiterOrElseToTheOwner) {
  EXPECT_EQ(run_to_end(shielded_failure(1h)), "w");
  EXPECT_EQ(run_to_end(shielded_failure(5ms)), "tg");
}

// ---- ends ----

TEST(TaskHandle, MayBeDestroyedWithItsContext) {
  std::string text;
  ManualExecutor executor;
  {
    TestContext<void> context(executor, wait_with_limit(text));
    executor.advance(1ms);
    EXPECT_FALSE(context.is_done());
  }
  EXPECT_EQ(text, "");
}

TEST(TaskHandle, MayBeDestroyedWithItsContextWhileASiblingWaits) {
  const auto siblings = [](std::string& text) -> Task<> {
    co_await task_group([&](TaskGroup& group) {
      const TaskHandle one(group, note_after(1h, text, 'a'));
      for (int i = 0; i < 2; ++i) {
        const auto wait = [one]() -> Task<> { co_await one.result(); };
        group.spawn(wait);
      }
      const TaskHandle last(group, note_after(1h, text, 'b'));
      const auto wait = [last]() -> Task<> { co_await last.result(); };
      group.spawn(wait);
    });
  };
  std::string text;
  ManualExecutor executor;
  {
    TestContext<void> context(executor, siblings(text));
    executor.advance(1ms);
    EXPECT_FALSE(context.is_done());
  }
  executor.run();
}

TEST(TaskHandle, MayBeDestroyedBeforeItsTaskBegins) {
  const auto never_begun = [](std::string& text) -> Task<> {
    co_await task_group([&](TaskGroup& group) -> Task<> {
      TaskHandle one(group, note_after(1ms, text, 'a'));
      throw HandleError("before it begins");
      co_return;
    });
  };
  std::string text;
  EXPECT_THROW(run_to_end(never_begun(text)), HandleError);
  EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace mastic::async
