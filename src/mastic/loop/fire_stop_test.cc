#include "mastic/loop/fire_stop.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "mastic/base/kernel_testing.h"

namespace mastic::loop {
namespace {

using namespace std::chrono_literals;

struct FireStopTest : testing::Test {
  base::ScriptedKernel kernel;
  std::unique_ptr<Loop> loop =
      Loop::open(kernel, make_transfer(kernel, TransferKind::Syscall)).value();
  std::unique_ptr<FireStop> stop = std::make_unique<FireStop>();
  std::stop_token token = stop->source.get_token();
};

TEST_F(FireStopTest, FiresInAJobAndIsDestroyed) {
  FireStop::fire(std::move(stop), *loop);
  EXPECT_FALSE(token.stop_requested());
  loop->turn(0s);
  EXPECT_TRUE(token.stop_requested());
}

TEST_F(FireStopTest, IsDestroyedWithALoopThatEndsFirst) {
  FireStop::fire(std::move(stop), *loop);
  loop.reset();
  EXPECT_FALSE(token.stop_requested());
  EXPECT_FALSE(token.stop_possible());  // its source is gone
}

}  // namespace
}  // namespace mastic::loop
