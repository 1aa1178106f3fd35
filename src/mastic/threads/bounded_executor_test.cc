#include "mastic/threads/bounded_executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "mastic/async/blocking_executor_testing.h"
#include "mastic/base/kernel_testing.h"

namespace mastic::threads {
namespace {

using namespace std::chrono_literals;
using Claim = BoundedExecutor::Claim;
using SharedWork = async::RecordedWork;

/// An executor whose queue is always full: it accepts only work that has begun elsewhere.
class FullExecutor final : public async::BlockingExecutor {
 public:
  bool submit(async::BlockingWork&) override { return false; }
  bool submit_begun(async::BlockingWork& work) override { return begun_.submit(work); }
  bool withdraw(async::BlockingWork& work) noexcept override { return begun_.withdraw(work); }
  bool has_reserve() const noexcept override { return true; }
  async::ManualBlockingExecutor& begun() { return begun_; }

 private:
  async::ManualBlockingExecutor begun_{100};
};

struct BoundedExecutorTest : testing::Test {
  base::ScriptedKernel kernel;
  async::ManualBlockingExecutor threads{100};
};

TEST_F(BoundedExecutorTest, AsksForNoMoreThreadsThanItsLimit) {
  BoundedExecutor share(threads, 2, Claim::Any, kernel);
  std::vector<SharedWork> all(5);
  for (SharedWork& work : all) EXPECT_TRUE(share.submit(work));
  EXPECT_EQ(threads.queued(), 2u);
  threads.take().run();
  for (const SharedWork& work : all) EXPECT_TRUE(work.has_run);
  EXPECT_EQ(threads.queued(), 0u);
}

TEST_F(BoundedExecutorTest, GivesItsThreadBackAfterLongWork) {
  BoundedExecutor share(threads, 1, Claim::Any, kernel);
  SharedWork is_long([&] { kernel.advance(1h); });
  SharedWork next;
  SharedWork of_others;
  EXPECT_TRUE(share.submit(is_long));
  EXPECT_TRUE(share.submit(next));
  EXPECT_TRUE(threads.submit(of_others));
  threads.take().run();
  EXPECT_FALSE(next.has_run);
  EXPECT_EQ(&threads.take(), &of_others) << "the executor's own work is queued behind it";
  threads.take().run();
  EXPECT_TRUE(next.has_run);
}

TEST_F(BoundedExecutorTest, IsRefusedByAFullQueueUnlessItsWorkHasBegun) {
  FullExecutor full;
  BoundedExecutor any(full, 1, Claim::Any, kernel);
  BoundedExecutor begun(full, 1, Claim::Begun, kernel);
  SharedWork work;
  EXPECT_FALSE(any.submit(work));
  EXPECT_TRUE(begun.submit(work));
  full.begun().take().run();
  EXPECT_TRUE(work.has_run);
}

TEST_F(BoundedExecutorTest, MayBeDestroyedOnceItsWorkHasEndedEvenIfItsThreadIsNotBackYet) {
  for (int times = 0; times < 100; ++times) {
    std::atomic<bool> has_ended{false};
    SharedWork work([&] { has_ended = true; });
    std::thread thread;
    {
      BoundedExecutor share(threads, 1, Claim::Any, base::system_kernel());
      EXPECT_TRUE(share.submit(work));
      thread = std::thread([&turn = threads.take()] { turn.run(); });
      while (!has_ended) std::this_thread::yield();
    }
    thread.join();
  }
}

}  // namespace
}  // namespace mastic::threads
