#include "mastic/loop/outbox.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "mastic/base/kernel_testing.h"
#include "mastic/loop/plain_transfer.h"

namespace mastic::loop {
namespace {

class TestSocket final : public Socket {
 public:
  explicit TestSocket(int fd) : Socket(fd) {}
  void ready(Readiness) noexcept override {}
  void received(ssize_t, std::string_view) noexcept override {}
  bool keep_unsent(std::string_view bytes, int) noexcept override {
    if (has_no_memory) return false;
    left += bytes;
    return true;
  }
  void sent(std::size_t, std::size_t, int number) noexcept override {
    error = number;
    ++calls;
  }
  void close() { fd_ = -1; }

  std::string left;
  bool has_no_memory = false;
  int error = 0;
  int calls = 0;
};

struct OutboxTest : testing::Test {
  void write(Socket& socket, std::string_view text) {
    std::memcpy(outbox.prepare(socket, text.size() + 10), text.data(), text.size());
    outbox.commit(socket, text.size());
  }
  std::string sent(const Socket& socket) { return kernel.at(socket.fd()).sent; }

  base::ScriptedKernel kernel;
  PlainTransfer transfer{kernel};
  Outbox outbox;
  TestSocket a{kernel.make_socket()};
  TestSocket b{kernel.make_socket()};
};

TEST_F(OutboxTest, SendsAllWritesOfASocketInOneCall) {
  write(a, "one ");
  write(a, "two");
  outbox.flush(transfer);
  EXPECT_EQ(sent(a), "one two");
  EXPECT_EQ(kernel.calls("send"), 1);
  EXPECT_EQ(a.calls, 1);
  EXPECT_TRUE(outbox.empty());
}

TEST_F(OutboxTest, KeepsTheOrderOfEachSocketWhenSocketsAlternate) {
  for (int i = 0; i < 50; ++i) {
    write(a, "a" + std::to_string(i) + std::string(700, '.'));
    write(b, "b" + std::to_string(i) + std::string(1300, '-'));
  }
  outbox.flush(transfer);
  std::string expected_a, expected_b;
  for (int i = 0; i < 50; ++i) {
    expected_a += "a" + std::to_string(i) + std::string(700, '.');
    expected_b += "b" + std::to_string(i) + std::string(1300, '-');
  }
  EXPECT_EQ(sent(a), expected_a);
  EXPECT_EQ(sent(b), expected_b);
  EXPECT_EQ(kernel.calls("send"), 2);
}

TEST_F(OutboxTest, HoldsMoreThanAChunk) {
  const std::string large(200'000, 'x');
  write(a, "head");
  write(b, large);
  write(a, large);
  outbox.flush(transfer);
  EXPECT_EQ(sent(a), "head" + large);
  EXPECT_EQ(sent(b), large);
}

TEST_F(OutboxTest, GivesBackWhatTheKernelDidNotTake) {
  kernel.at(a.fd()).room = 3;
  kernel.at(b.fd()).send_error = ECONNRESET;
  write(a, "hello");
  write(b, "hello");
  outbox.flush(transfer);
  EXPECT_EQ(a.left, "lo");
  EXPECT_EQ(a.error, 0);
  EXPECT_EQ(b.left, "hello");
  EXPECT_EQ(b.error, ECONNRESET);
}

TEST_F(OutboxTest, GivesALittleBackToASocketThatHasMoreToSend) {
  write(a, "head");
  outbox.announce_more(a);
  write(b, "two");
  outbox.flush(transfer);
  EXPECT_EQ(a.left, "head");
  EXPECT_EQ(sent(a), "");
  EXPECT_EQ(a.error, 0);
  EXPECT_EQ(a.calls, 1);
  EXPECT_EQ(sent(b), "two");
}

TEST_F(OutboxTest, SendsWhatIsTooMuchToBeGivenBack) {
  const std::string much(100'000, 'm');
  write(a, much);
  outbox.announce_more(a);
  outbox.flush(transfer);
  EXPECT_EQ(a.left, "");
  EXPECT_EQ(sent(a), much);
}

TEST_F(OutboxTest, SendsWhatASocketHasNoMemoryToTakeBack) {
  a.has_no_memory = true;
  write(a, "head");
  outbox.announce_more(a);
  outbox.flush(transfer);
  EXPECT_EQ(sent(a), "head");
  EXPECT_EQ(a.error, 0);
}

TEST_F(OutboxTest, SkipsSocketsThatWereClosed) {
  write(a, "one");
  write(b, "two");
  const int fd = a.fd();
  a.close();
  outbox.flush(transfer);
  EXPECT_EQ(kernel.at(fd).sent, "");
  EXPECT_EQ(a.calls, 0);
  EXPECT_EQ(sent(b), "two");
}

}  // namespace
}  // namespace mastic::loop
