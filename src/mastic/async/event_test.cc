#include "mastic/async/event.h"

#include <gtest/gtest.h>

#include <memory>

#include "mastic/async/context_testing.h"
#include "mastic/async/sleep.h"
#include "mastic/async/task_group.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

Task<int> waits(Event& event) {
  co_await event.wait();
  co_return 1;
}

TEST(Event, WakesAllWaiters) {
  ManualExecutor executor;
  Event event;
  TestContext<int> first(executor, waits(event));
  TestContext<int> second(executor, waits(event));
  executor.run();
  EXPECT_FALSE(first.is_done());
  event.set();
  EXPECT_TRUE(event.is_set());
  executor.run();
  EXPECT_TRUE(first.is_done() && second.is_done());
}

TEST(Event, LaterWaitsDoNotWaitUntilReset) {
  ManualExecutor executor;
  Event event;
  event.set();
  TestContext<int> passes(executor, waits(event));
  executor.run();
  EXPECT_TRUE(passes.is_done());
  event.reset();
  TestContext<int> stays(executor, waits(event));
  executor.run();
  EXPECT_FALSE(stays.is_done());
  stays.stop();
  executor.run();
  EXPECT_THROW(stays.take(), Cancelled);
}

TEST(Event, ResetDoesNotAffectTasksThatWereWoken) {
  ManualExecutor executor;
  Event event;
  TestContext<int> context(executor, waits(event));
  executor.run();
  event.set();
  event.reset();
  executor.run();
  EXPECT_TRUE(context.is_done());
}

/// The task that the event wakes destroys it.
Task<int> owns_its_event() {
  auto event = std::make_unique<Event>();
  co_await task_group([&](TaskGroup& group) {
    group.spawn([&]() -> Task<> {
      co_await event->wait();
      event.reset();
    });
    group.spawn([&]() -> Task<> {
      co_await sleep_for(1ms);
      event->set();
    });
  });
  co_return event == nullptr ? 1 : 0;
}

TEST(Event, MayBeDestroyedByTheFirstTaskItWakes) { EXPECT_EQ(run_to_end(owns_its_event()), 1); }

}  // namespace
}  // namespace mastic::async
