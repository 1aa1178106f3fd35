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

TEST_P(TransferTest, ReportsEndsErrorsAndSocketsThatAreNotReady) {
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

TEST_P(TransferTest, ReportsEachOperationOfAMixedBatch) {
  std::vector<int> fds;
  std::vector<Send> sends;
  for (std::size_t i = 0; i < 150; ++i) {  // of every three: one is ready, one half, one not
    fds.push_back(kernel.make_socket());
    if (i % 3 == 0) kernel.at(fds.back()).incoming = {std::string(64, 'x')};
    if (i % 3 == 1) kernel.at(fds.back()).incoming = {"short", "later"};
    kernel.at(fds.back()).room =
        std::array{std::size_t{100}, std::size_t{2}, std::size_t{0}}[i % 3];
    sends.push_back({fds.back(), "answer", 6});
  }
  const auto received = receive(fds);
  transfer->send(sends);
  for (std::size_t i = 0; i < fds.size(); ++i) {
    EXPECT_EQ(received[i].result, (std::array<ssize_t, 3>{64, 5, -EAGAIN}[i % 3]));
    EXPECT_EQ(sends[i].result, (std::array<ssize_t, 3>{6, 2, -EAGAIN}[i % 3]));
  }
}

/// The ring fails at each of the four submits that 200 operations take.
TEST_P(TransferTest, LosesNothingWhenTheRingFails) {
  for (int nth = 1; nth <= 4; ++nth) {
    for (const bool sending : {false, true}) {
      transfer = make_transfer(kernel, GetParam());
      kernel.fail("io_uring_submit_and_wait", nth, ENOMEM);
      std::vector<int> fds;
      std::vector<Send> sends;
      for (int i = 0; i < 200; ++i) {
        fds.push_back(kernel.make_socket());
        kernel.at(fds.back()).incoming.push_back("x");
        sends.push_back({fds.back(), "answer", 6});
      }
      if (sending) transfer->send(sends);
      for (const Receive& one : receive(fds)) EXPECT_EQ(one.result, 1);
      if (!sending) transfer->send(sends);
      for (const int fd : fds) ASSERT_EQ(kernel.at(fd).sent, "answer") << "submit " << nth;
    }
  }
}

TEST_P(TransferTest, LosesNothingWhenTheKernelTakesPartOfASubmit) {
  for (const int most : {0, 1, 63}) {
    transfer = make_transfer(kernel, GetParam());
    kernel.max_per_submit = most;
    std::vector<int> fds;
    std::vector<Send> sends;
    for (int i = 0; i < 100; ++i) {
      fds.push_back(kernel.make_socket());
      kernel.at(fds.back()).incoming.push_back("x");
      sends.push_back({fds.back(), "answer", 6});
    }
    for (const Receive& one : receive(fds)) EXPECT_EQ(one.result, 1);
    transfer->send(sends);
    for (const int fd : fds)
      ASSERT_EQ(kernel.at(fd).sent, "answer") << "operations taken: " << most;
  }
}

INSTANTIATE_TEST_SUITE_P(, TransferTest,
                         testing::Values(TransferKind::Syscall, TransferKind::IoUring),
                         [](const auto& each) {
                           return each.param == TransferKind::Syscall ? "Syscall" : "IoUring";
                         });

TEST(RingTransfer, DoesNotReturnToARingThatFailed) {
  base::ScriptedKernel kernel;
  const auto transfer = make_transfer(kernel, TransferKind::IoUring);
  const int fds[] = {kernel.make_socket(), kernel.make_socket()};
  kernel.fail("io_uring_submit_and_wait", 1, EBADF);
  for (int i = 0; i < 3; ++i) {
    Send sends[] = {{fds[0], "x", 1}, {fds[1], "y", 1}};
    transfer->send(sends);
  }
  EXPECT_EQ(kernel.at(fds[0]).sent, "xxx");
  EXPECT_EQ(kernel.at(fds[1]).sent, "yyy");
  EXPECT_EQ(kernel.calls("io_uring_submit_and_wait"), 1);
}

TEST(RingTransfer, LeavesSingleMessagesToPlainCalls) {
  base::ScriptedKernel kernel;
  const auto transfer = make_transfer(kernel, TransferKind::IoUring);
  Send one[] = {{kernel.make_socket(), "x", 1}};
  transfer->send(one);
  EXPECT_EQ(one[0].result, 1);
  EXPECT_EQ(kernel.calls("io_uring_submit_and_wait"), 0);
}

TEST(RingTransfer, PlainCallsReplaceARingThatCannotBeMade) {
  for (const int number : {EPERM, ENOMEM, ENOSYS, EMFILE}) {
    base::ScriptedKernel kernel;
    kernel.fail("io_uring_queue_init", 1, number);
    const auto transfer = make_transfer(kernel, TransferKind::IoUring);
    Send sends[] = {{kernel.make_socket(), "x", 1}, {kernel.make_socket(), "y", 1}};
    transfer->send(sends);
    EXPECT_EQ(sends[0].result, 1);
    EXPECT_EQ(sends[1].result, 1);
  }
}

TEST(ChooseTransfer, TakesTheConfiguredKind) {
  base::Kernel& kernel = base::system_kernel();
  EXPECT_EQ(choose_transfer(kernel, TransferKind::Syscall).kind, TransferKind::Syscall);
  int number = 0;
  const bool is_here = RingTransfer::open(kernel, number) != nullptr;
  EXPECT_EQ(choose_transfer(kernel, TransferKind::IoUring).kind,
            is_here ? TransferKind::IoUring : TransferKind::Syscall);
}

TEST(ChooseTransfer, RejectsIoUringThatDoesNotWork) {
  for (const auto wanted : {TransferKind::Auto, TransferKind::IoUring}) {
    base::FailingKernel kernel(base::system_kernel());
    kernel.fail("io_uring_submit_and_wait", 1, EPERM);  // as where a ring may be made but not used
    EXPECT_EQ(choose_transfer(kernel, wanted).kind, TransferKind::Syscall);
  }
}

TEST(ChooseTransfer, FallsBackWhenIoUringIsForbidden) {
  for (const auto wanted : {TransferKind::Auto, TransferKind::IoUring}) {
    base::ScriptedKernel kernel;
    kernel.forbid_io_uring();
    const TransferChoice choice = choose_transfer(kernel, wanted);
    EXPECT_EQ(choice.kind, TransferKind::Syscall);
    EXPECT_EQ(choice.reason, "io_uring is not available: Operation not permitted");
  }
}

TEST(ChooseTransfer, MeasuresOnTheRealKernel) {
  const TransferChoice choice = choose_transfer(base::system_kernel(), TransferKind::Auto);
  EXPECT_NE(choice.kind, TransferKind::Auto);
  EXPECT_NE(choice.reason, "");
}

TEST(ChooseTransfer, AutoFallsBackWithoutSocketPairs) {
  base::FailingKernel kernel(base::system_kernel());
  kernel.fail("socketpair", 1, EMFILE);
  EXPECT_EQ(choose_transfer(kernel, TransferKind::Auto).kind, TransferKind::Syscall);
}

}  // namespace
}  // namespace mastic::loop
