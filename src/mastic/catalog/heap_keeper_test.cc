#include "mastic/catalog/heap_keeper.h"

#include <gtest/gtest.h>

#include "mastic/base/kernel_testing.h"

namespace mastic::catalog {
namespace {

using namespace std::chrono_literals;

int trimmed = 0;

struct HeapKeeperTest : testing::Test {
  void SetUp() override { trimmed = 0; }
  /// Runs turns of the loop until `time` has passed. An idle loop does not move the scripted clock
  /// by itself, so it is advanced here.
  void pass(base::Duration time) {
    const base::Instant end = kernel.monotonic_now() + time;
    (void)loop->turn(base::Duration::zero());
    while (kernel.monotonic_now() < end) {
      const base::Instant before = kernel.monotonic_now();
      (void)loop->turn(end - before);
      if (kernel.monotonic_now() == before) kernel.advance(1ms);
    }
    (void)loop->turn(base::Duration::zero());
  }

  base::ScriptedKernel kernel;
  std::unique_ptr<loop::Loop> loop = loop::Loop::open(kernel, loop::TransferKind::Syscall).value();
  HeapKeeper keeper{*loop, []() noexcept { ++trimmed; }};
};

TEST_F(HeapKeeperTest, TrimsOnceTwoSecondsAfterMemoryWasReleased) {
  keeper.much_is_released();
  pass(1s);
  EXPECT_EQ(trimmed, 0) << "more may be on its way";
  keeper.much_is_released();
  keeper.much_is_released();
  pass(2s);
  EXPECT_EQ(trimmed, 1);
  pass(60s);
  EXPECT_EQ(trimmed, 1) << "nothing was released since";
}

TEST_F(HeapKeeperTest, TrimsAtMostOnceInTwoSeconds) {
  for (int i = 0; i < 100; ++i) {
    keeper.much_is_released();
    pass(100ms);
  }
  EXPECT_GE(trimmed, 4);
  EXPECT_LE(trimmed, 5);
  pass(2s);
  const int before = trimmed;
  keeper.much_is_released();
  pass(3s);
  EXPECT_EQ(trimmed, before + 1);
}

TEST(Heaps, CanBeTrimmed) { trim_heaps(); }

}  // namespace
}  // namespace mastic::catalog
