#include "mastic/base/clock.h"

#include <gtest/gtest.h>

#include <thread>

#include "mastic/base/kernel_testing.h"

namespace mastic::base {
namespace {

using namespace std::chrono_literals;

TEST(Clock, IsTheSystemsByDefault) {
  const WallTime before = std::chrono::system_clock::now();
  EXPECT_GE(now(), before);
  const Instant steady = std::chrono::steady_clock::now();
  EXPECT_GE(steady_now(), steady);
}

TEST(Clock, IsThatOfTheInnermostScope) {
  ScriptedKernel outer;
  ScriptedKernel inner;
  inner.advance(5h);
  const ClockScope first(outer);
  const Instant instant = steady_now();
  const WallTime time = now();
  {
    const ClockScope second(inner);
    EXPECT_EQ(steady_now() - instant, 5h);
    EXPECT_EQ(now() - time, 5h);
  }
  EXPECT_EQ(steady_now(), instant);
}

TEST(Clock, IsTheSystemsOnAnotherThreadUntilItOpensAScope) {
  ScriptedKernel scripted;
  const ClockScope scope(scripted);
  const Instant mine = steady_now();
  Instant without = mine;
  Instant with{};
  std::thread([&, &clock = ClockScope::kernel()] {
    without = steady_now();
    const ClockScope same(clock);
    with = steady_now();
  }).join();
  EXPECT_NE(without, mine);
  EXPECT_EQ(with, mine);
}

}  // namespace
}  // namespace mastic::base
