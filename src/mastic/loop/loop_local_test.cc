#include "mastic/loop/loop_local.h"

#include <gtest/gtest.h>

#include "mastic/base/kernel_testing.h"
#include "mastic/loop/transfer_testing.h"

namespace mastic::loop {
namespace {

int counters_alive = 0;

struct CounterOfLoop {
  explicit CounterOfLoop(Loop&) { ++counters_alive; }
  ~CounterOfLoop() { --counters_alive; }
  int count = 0;
};

struct OtherOfLoop {
  explicit OtherOfLoop(Loop& owner) : loop(owner) {}
  Loop& loop;
};

/// Uses the counter of its loop when it is destroyed.
struct KeptByLoop final : LoopOwned {
  explicit KeptByLoop(Loop& owner) : loop(owner) {}
  ~KeptByLoop() override { EXPECT_EQ(local_to<CounterOfLoop>(loop).count, 7); }
  Loop& loop;
};

struct LoopLocalTest : testing::Test {
  [[nodiscard]] std::unique_ptr<Loop> make_loop() {
    return Loop::open(kernel, make_test_transfer(kernel, TransferKind::Syscall)).value();
  }
  base::ScriptedKernel kernel;
};

TEST_F(LoopLocalTest, IsMadeOnceForEachLoop) {
  const auto loop = make_loop();
  const auto other = make_loop();
  local_to<CounterOfLoop>(*loop).count = 7;
  EXPECT_EQ(local_to<CounterOfLoop>(*loop).count, 7);
  EXPECT_EQ(local_to<CounterOfLoop>(*other).count, 0);
  EXPECT_EQ(counters_alive, 2);
}

TEST_F(LoopLocalTest, IsFoundByItsType) {
  const auto loop = make_loop();
  local_to<CounterOfLoop>(*loop).count = 1;
  EXPECT_EQ(&local_to<OtherOfLoop>(*loop).loop, loop.get());
  EXPECT_EQ(&local_to<OtherOfLoop>(*loop), &local_to<OtherOfLoop>(*loop));
}

TEST_F(LoopLocalTest, IsDestroyedWithTheLoopAfterWhatTheLoopKeeps) {
  auto loop = make_loop();
  local_to<CounterOfLoop>(*loop).count = 7;
  loop->keep(std::make_unique<KeptByLoop>(*loop));
  loop.reset();
  EXPECT_EQ(counters_alive, 0);
}

}  // namespace
}  // namespace mastic::loop
