// Tests of TaskHandle on executors that change threads at every job, mainly for ThreadSanitizer.

#include <gtest/gtest.h>

#include <atomic>

#include "mastic/async/fleet_testing.h"
#include "mastic/async/sleep.h"
#include "mastic/async/task_handle.h"
#include "mastic/async/with_timeout.h"

namespace mastic::async {
namespace {

using namespace std::chrono_literals;

/// Runs tasks of which some are cancelled and some are shielded from the cancellation of their
/// waiter. Gives how many were asked for their result and gave it.
Task<int> cancels_within(std::atomic<int>& begun, std::atomic<int>& ended) {
  struct Counts {
    Counts(std::atomic<int>& its_begun, std::atomic<int>& its_ended) : ended(its_ended) {
      ++its_begun;
    }
    ~Counts() { ++ended; }
    std::atomic<int>& ended;
  };
  const auto work = [&](base::Duration time) -> Task<int> {
    const Counts counts(begun, ended);
    co_await sleep_for(time);
    co_return 1;
  };
  int given = 0;
  co_await task_group([&](TaskGroup& owner) -> Task<> {
    for (int round = 0; round < 20; ++round) {
      TaskHandle cancelled(owner, work(1h));
      TaskHandle kept(owner, work(50us));
      try {
        (void)co_await with_timeout(shield(owner, work(100us)), round * 10us);
      } catch (const TimedOut&) {
      }
      cancelled.cancel();
      given += co_await kept.result();
    }
  });
  co_return given;
}

TEST(HandledByThreads, TasksAreCancelledIndividually) {
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  Fleet fleet;
  for (int i = 0; i < 6; ++i) fleet.start(cancels_within(begun, ended));
  EXPECT_EQ(fleet.sum(), 6 * 20);
  EXPECT_EQ(begun, ended);
}

TEST(HandledByThreads, TasksWithHandlesAreStoppedAtAnyMoment) {
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  Fleet fleet;
  for (int i = 0; i < 12; ++i) fleet.start(cancels_within(begun, ended));
  fleet.stop_some();
  EXPECT_GE(fleet.sum(), 8 * 20);
  EXPECT_EQ(begun, ended);
}

}  // namespace
}  // namespace mastic::async
