#include "mastic/async/task_trace.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "mastic/async/context_testing.h"
#include "mastic/async/sleep.h"
#include "mastic/async/task_group.h"
#include "mastic/async/when.h"
#include "mastic/async/with_timeout.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

struct TracedError : std::runtime_error {
  using runtime_error::runtime_error;
};

/// Returns "at task_trace_test.cc:" and the line of the call.
std::string at(int line) { return "at task_trace_test.cc:" + std::to_string(line) + ", "; }

/// Whether `text` contains all of `parts` in this order.
testing::AssertionResult holds(const std::string& text, std::initializer_list<std::string> parts) {
  std::size_t from = 0;
  for (const std::string& part : parts) {
    from = text.find(part, from);
    if (from == text.npos) return testing::AssertionFailure() << part << " is not in\n" << text;
  }
  return testing::AssertionSuccess();
}

constexpr int kInnermost = __LINE__ + 2;
Task<int> innermost(bool waits) {
  if (waits) co_await sleep_for(1ms);
  throw TracedError("too bad");
}

class Middle {
 public:
  static constexpr int kLine = __LINE__ + 1;
  Task<int> between(bool waits) const { co_return co_await innermost(waits) + 1; }
};

Task<std::string> outermost(bool waits) {
  const Middle middle;
  try {
    co_await middle.between(waits);
  } catch (const TracedError&) {
    co_return current_task_trace().text();
  }
  co_return "nothing was thrown";
}

TEST(TaskTrace, HoldsTheAwaitsThatAnExceptionPassedThrough) {
  EXPECT_TRUE(holds(run_to_end(outermost(true)),
                    {at(kInnermost), "innermost(bool)", at(Middle::kLine), "between(bool) const"}));
}

TEST(TaskTrace, BeginsWithTheCallerIfTheThrowerAwaitedNothing) {
  const std::string text = run_to_end(outermost(false));
  EXPECT_TRUE(holds(text, {at(Middle::kLine), "between(bool) const"}));
  EXPECT_EQ(text.find("innermost"), text.npos) << text;
}

constexpr int kSpawn = __LINE__ + 3;
Task<> spawning() {
  co_await task_group([](TaskGroup& group) {
    group.spawn(innermost(true));
    group.spawn(sleep_for(1h));
  });
}
Task<> with_limit() { co_await with_timeout(spawning(), 1min); }
Task<std::string> through_groups() {
  try {
    co_await when_all(with_limit(), sleep_for(1h));
  } catch (const TracedError&) {
    co_return current_task_trace().text();
  }
  co_return "nothing was thrown";
}

TEST(TaskTrace, PassesThroughGroupsAndTimeouts) {
  EXPECT_TRUE(holds(run_to_end(through_groups()),
                    {at(kInnermost), at(kSpawn), "spawning()", "with_limit()"}));
}

Task<std::string> fresh_after_old() {
  std::string text;
  try {
    co_await innermost(true);
  } catch (const TracedError&) {
  }
  try {
    throw TracedError("another");
  } catch (const TracedError&) {
    text = current_task_trace().text();
  }
  co_return text;
}

TEST(TaskTrace, IsEmptyForAnExceptionThatCameFromNoTask) {
  EXPECT_EQ(run_to_end(fresh_after_old()), "");
}

TEST(TaskTrace, IsEmptyOutsideOfTasks) { EXPECT_EQ(current_task_trace().text(), ""); }

Task<> deep_in_awaits(int depth) {
  if (depth > 0) {
    co_await deep_in_awaits(depth - 1);
  } else {
    co_await innermost(true);
  }
}
Task<TaskTrace> from_the_deep() {
  try {
    co_await deep_in_awaits(1000);
  } catch (const TracedError&) {
    co_return current_task_trace();
  }
  co_return TaskTrace();
}

TEST(TaskTrace, IsBounded) {
  const TaskTrace trace = run_to_end(from_the_deep());
  EXPECT_EQ(trace.awaits.size(), TaskTrace::kMaxAwaits);
  EXPECT_EQ(trace.awaits.size() + trace.more, 1002u);
}

}  // namespace
}  // namespace mastic::async
