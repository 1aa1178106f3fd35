#include "mastic/loop/runtime.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
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

/// Says when it goes, and on which thread.
class Guest {
 public:
  explicit Guest(std::function<void()> farewell) : farewell_(std::move(farewell)) {}
  ~Guest() { farewell_(); }

 private:
  std::function<void()> farewell_;
};

TEST_F(RuntimeTest, HasAsManyLoopsAsIsSaidWithOneTransferForAll) {
  EXPECT_EQ(runtime->loops().size(), 2u);
  EXPECT_NE(runtime->transfer().kind, TransferKind::Auto);
  EXPECT_FALSE(runtime->transfer().reason.empty());
  for (const auto& loop : runtime->loops()) EXPECT_NE(loop->disk(), nullptr);
}

TEST_F(RuntimeTest, DoesHereWhatIsForALoopThatNobodyDrives) {
  EXPECT_FALSE(runtime->is_driven());
  const auto here = std::this_thread::get_id();
  EXPECT_EQ(runtime->call(*runtime->loops()[0], [] { return std::this_thread::get_id(); }), here);
  std::thread::id gone_on;
  runtime->destroy(*runtime->loops()[0],
                   std::make_unique<Guest>([&] { gone_on = std::this_thread::get_id(); }));
  EXPECT_EQ(gone_on, here);
}

TEST_F(RuntimeTest, DoesOnItsDriverWhatIsForALoopThatIsDriven) {
  ASSERT_TRUE(runtime->start());
  std::vector<std::thread::id> on;
  for (const auto& loop : runtime->loops()) {
    on.push_back(runtime->call(*loop, [] { return std::this_thread::get_id(); }));
    std::thread::id gone_on;
    runtime->destroy(*loop, std::make_unique<Guest>([&] { gone_on = std::this_thread::get_id(); }));
    EXPECT_EQ(gone_on, on.back());
  }
  EXPECT_NE(on[0], std::this_thread::get_id());
  EXPECT_NE(on[0], on[1]);
}

TEST_F(RuntimeTest, ThrowsHereWhatIsThrownOnTheLoop) {
  ASSERT_TRUE(runtime->start());
  EXPECT_THROW(runtime->call(*runtime->loops()[0], [] { throw std::runtime_error("no"); }),
               std::runtime_error);
}

TEST_F(RuntimeTest, DestroysWhatBelongsToALoopAfterAllThatItHadRetired) {
  struct Part final : Retirable {
    explicit Part(std::string& text) : order(text) {}
    ~Part() override { order += "part "; }
    std::string& order;
  };
  struct Whole {
    Whole(Loop& on, std::string& text) : loop(on), order(text) {}
    ~Whole() { order += "whole"; }
    Loop& loop;
    std::string& order;
  };
  ASSERT_TRUE(runtime->start());
  Loop& loop = *runtime->loops()[0];
  for (int times = 0; times < 100; ++times) {
    std::string order;
    auto whole = std::make_unique<Whole>(loop, order);
    post(loop, [&loop, &order] {
      loop.retire(std::make_unique<Part>(order));
      loop.retire(std::make_unique<Part>(order));
    });
    runtime->destroy(loop, std::move(whole));
    EXPECT_EQ(order, "part part whole");
  }
}

TEST_F(RuntimeTest, MayBeStoppedAndJoinedMoreThanOnce) {
  ASSERT_TRUE(runtime->start());
  runtime->stop();
  EXPECT_EQ(runtime->join(), 0u);
  EXPECT_FALSE(runtime->is_driven());
  EXPECT_EQ(runtime->join(), 0u);
}

TEST(Runtime, SaysThatTheKernelHasNoLoopForIt) {
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
