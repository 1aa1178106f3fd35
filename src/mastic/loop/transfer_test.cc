#include "mastic/loop/transfer.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "mastic/base/kernel_testing.h"
#include "mastic/loop/ring_transfer.h"

namespace mastic::loop {
namespace {

struct TransferTest : testing::TestWithParam<TransferKind> {
  base::ScriptedKernel kernel;
  std::unique_ptr<Transfer> transfer = make_transfer(kernel, GetParam());
  char buffers[200][64];

  std::vector<Receive> receive(const std::vector<int>& fds) {
    std::vector<Receive> batch;
    for (std::size_t i = 0; i < fds.size(); ++i)
      batch.push_back({fds[i], buffers[i], sizeof buffers[i]});
    transfer->receive(batch);
    return batch;
  }
};

TEST_P(TransferTest, ReceivesWhatEachSocketHas) {
  std::vector<int> fds;
  for (int i = 0; i < 200; ++i) {
    fds.push_back(kernel.make_socket());
    kernel.at(fds.back()).incoming.push_back("bytes of " + std::to_string(i));
  }
  const auto batch = receive(fds);
  for (std::size_t i = 0; i < 200; ++i) {
    const std::string expected = "bytes of " + std::to_string(i);
    ASSERT_EQ(batch[i].result, static_cast<ssize_t>(expected.size()));
    EXPECT_EQ(std::string(batch[i].buffer, expected.size()), expected);
  }
}

TEST_P(TransferTest, ReportsEndsErrorsAndWhatIsNotReady) {
  const int ended = kernel.make_socket();
  const int reset = kernel.make_socket();
  const int quiet = kernel.make_socket();
  kernel.at(ended).incoming_ended = true;
  kernel.at(reset).recv_error = ECONNRESET;
  const auto batch = receive({ended, reset, quiet});
  EXPECT_EQ(batch[0].result, 0);
  EXPECT_EQ(batch[1].result, -ECONNRESET);
  EXPECT_EQ(batch[2].result, -EAGAIN);
}

TEST_P(TransferTest, SendsAsMuchAsEachSocketTakes) {
  const std::string text(100, 'x');
  std::vector<Send> batch;
  for (const std::size_t room : {std::size_t{1000}, std::size_t{30}, std::size_t{0}}) {
    batch.push_back({kernel.make_socket(), text.data(), text.size()});
    kernel.at(batch.back().fd).room = room;
  }
  transfer->send(batch);
  EXPECT_EQ(batch[0].result, 100);
  EXPECT_EQ(batch[1].result, 30);
  EXPECT_EQ(batch[2].result, -EAGAIN);
  EXPECT_EQ(kernel.at(batch[1].fd).sent.size(), 30u);
}

TEST_P(TransferTest, LosesNothingWhenTheRingIsTakenAway) {
  for (int nth = 1; nth <= 3; ++nth) {
    kernel.fail("io_uring_submit_and_wait", nth, ENOMEM);
    std::vector<int> fds;
    for (int i = 0; i < 150; ++i) {
      fds.push_back(kernel.make_socket());
      kernel.at(fds.back()).incoming.push_back("x");
    }
    for (const Receive& one : receive(fds)) EXPECT_EQ(one.result, 1);
  }
}

INSTANTIATE_TEST_SUITE_P(, TransferTest,
                         testing::Values(TransferKind::Syscall, TransferKind::IoUring),
                         [](const auto& each) {
                           return each.param == TransferKind::Syscall ? "Syscall" : "IoUring";
                         });

TEST(ChooseTransfer, TakesWhatIsAsked) {
  base::ScriptedKernel kernel;
  EXPECT_EQ(choose_transfer(kernel, TransferKind::Syscall).kind, TransferKind::Syscall);
  EXPECT_EQ(choose_transfer(kernel, TransferKind::IoUring).kind, TransferKind::IoUring);
}

TEST(ChooseTransfer, FallsBackWhenIoUringIsForbidden) {
  for (const auto wanted : {TransferKind::Auto, TransferKind::IoUring}) {
    base::ScriptedKernel kernel;
    kernel.forbid_io_uring();
    const TransferChoice choice = choose_transfer(kernel, wanted);
    EXPECT_EQ(choice.kind, TransferKind::Syscall);
    EXPECT_EQ(choice.reason, "io_uring is not to be had: Operation not permitted");
  }
}

TEST(ChooseTransfer, MeasuresOnTheRealKernel) {
  const TransferChoice choice = choose_transfer(base::system_kernel(), TransferKind::Auto);
  EXPECT_NE(choice.kind, TransferKind::Auto);
  EXPECT_NE(choice.reason, "");
}

TEST(ChooseTransfer, AutoDoesWithoutSocketPairs) {
  base::FailingKernel kernel(base::system_kernel());
  kernel.fail("socketpair", 1, EMFILE);
  EXPECT_EQ(choose_transfer(kernel, TransferKind::Auto).kind, TransferKind::Syscall);
}

}  // namespace
}  // namespace mastic::loop
