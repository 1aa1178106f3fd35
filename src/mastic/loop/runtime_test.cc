#include "mastic/loop/runtime.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "mastic/base/kernel_testing.h"
#include "mastic/base/log_testing.h"

namespace mastic::loop {
namespace {

using base::system_kernel;

struct RuntimeTest : testing::Test {
  base::RecordingLog log;
  std::unique_ptr<Runtime> runtime = Runtime::open({.loops = 2}, log, system_kernel()).value();
};

TEST_F(RuntimeTest, HasTheConfiguredLoopsWithOneTransferForAll) {
  EXPECT_EQ(runtime->loops().size(), 2u);
  EXPECT_NE(runtime->transfer().kind, TransferKind::Auto);
  EXPECT_FALSE(runtime->transfer().reason.empty());
  for (const auto& loop : runtime->loops()) EXPECT_NE(loop->disk(), nullptr);
}

TEST_F(RuntimeTest, CallsHereWhileTheLoopIsNotDriven) {
  EXPECT_FALSE(runtime->is_driven());
  const auto here = std::this_thread::get_id();
  EXPECT_EQ(runtime->call(*runtime->loops()[0], [] { return std::this_thread::get_id(); }), here);
}

TEST_F(RuntimeTest, CallsOnTheDriverOfALoopThatIsDriven) {
  ASSERT_TRUE(runtime->start());
  std::vector<std::thread::id> on;
  for (const auto& loop : runtime->loops()) {
    on.push_back(runtime->call(*loop, [] { return std::this_thread::get_id(); }));
  }
  EXPECT_NE(on[0], std::this_thread::get_id());
  EXPECT_NE(on[0], on[1]);
}

TEST_F(RuntimeTest, RethrowsWhatIsThrownOnTheLoop) {
  ASSERT_TRUE(runtime->start());
  EXPECT_THROW(runtime->call(*runtime->loops()[0], [] { throw std::runtime_error("no"); }),
               std::runtime_error);
}

TEST_F(RuntimeTest, MayBeStoppedAndJoinedMoreThanOnce) {
  ASSERT_TRUE(runtime->start());
  runtime->stop();
  EXPECT_EQ(runtime->join(), 0u);
  EXPECT_FALSE(runtime->is_driven());
  EXPECT_EQ(runtime->join(), 0u);
}

TEST(Runtime, FailsWithTheErrorOfTheKernel) {
  for (const char* call : {"epoll_create1", "eventfd"}) {
    base::FailingKernel kernel(system_kernel());
    kernel.fail(call, 2, EMFILE);
    base::RecordingLog log;
    const auto runtime =
        Runtime::open({.loops = 2, .transfer = TransferKind::Syscall}, log, kernel);
    ASSERT_FALSE(runtime) << call;
    EXPECT_EQ(runtime.error().number, EMFILE);
  }
}

}  // namespace
}  // namespace mastic::loop
