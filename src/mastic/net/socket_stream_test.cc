#include "mastic/net/socket_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>

#include "mastic/async/blocking_executor_testing.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/base/log_testing.h"
#include "mastic/loop/disk.h"
#include "mastic/loop/transfer_testing.h"

namespace mastic::net {
namespace {

using namespace std::chrono_literals;

class RecordingOwner final : public StreamOwner {
 public:
  void received(std::string_view bytes) noexcept override { text += bytes; }
  void received_end() noexcept override { ended = true; }
  void sent(std::uint64_t taken, std::uint64_t unsent) noexcept override {
    taken_in_all += taken;
    if (unsent != 0) return;
    ++drained;
    if (when_drained) when_drained();
  }
  void failed(int number) noexcept override { error = number; }

  std::string text;
  bool ended = false;
  int error = 0;
  int drained = 0;
  std::uint64_t taken_in_all = 0;
  std::function<void()> when_drained;
};

struct SocketStreamTest : testing::TestWithParam<loop::TransferKind> {
  SocketStreamTest() { EXPECT_TRUE(stream->start(owner)); }
  base::ScriptedKernel::Socket& peer() { return kernel.at(fd); }
  void turn(int times = 1) {
    for (int i = 0; i < times; ++i) loop->turn(0s);
  }
  std::shared_ptr<const base::Descriptor> make_file(const std::string& content) {
    char name[] = "/tmp/mastic-stream-XXXXXX";
    const int file = mkstemp(name);
    unlink(name);
    EXPECT_EQ(write(file, content.data(), content.size()), static_cast<ssize_t>(content.size()));
    return std::make_shared<const base::Descriptor>(base::system_kernel(), file);
  }

  base::ScriptedKernel kernel;
  std::unique_ptr<loop::Loop> loop =
      loop::Loop::open(kernel, loop::make_test_transfer(kernel, GetParam())).value();
  int fd = kernel.make_socket();
  RecordingOwner owner;
  std::unique_ptr<SocketStream> stream =
      std::make_unique<SocketStream>(*loop, base::Descriptor(kernel, fd));
};

TEST_P(SocketStreamTest, ReceivesUntilThePeerEnds) {
  peer().incoming = {"hello ", "world"};
  turn(3);
  EXPECT_EQ(owner.text, "hello world");
  peer().incoming_ended = true;
  turn(3);
  EXPECT_TRUE(owner.ended);
  EXPECT_EQ(owner.error, 0);
}

TEST_P(SocketStreamTest, DoesNotSpinAfterThePeerEnded) {
  peer().incoming_ended = true;
  turn(3);
  const base::Instant before = kernel.monotonic_now();
  loop->turn(5s);  // nothing is ready, so the time passes
  EXPECT_EQ(kernel.monotonic_now() - before, 5s);
}

TEST_P(SocketStreamTest, ReadsNothingWhilePaused) {
  stream->pause_reading();
  peer().incoming = {"later"};
  turn(3);
  EXPECT_EQ(owner.text, "");
  stream->resume_reading();
  turn();
  EXPECT_EQ(owner.text, "later");
}

TEST_P(SocketStreamTest, SendsTheWritesOfATurnTogether) {
  stream->write("one, ");
  stream->write("two");
  EXPECT_EQ(stream->unsent(), 8u);
  turn();
  EXPECT_EQ(peer().sent, "one, two");
  EXPECT_EQ(kernel.calls("send"), 1);
  EXPECT_EQ(owner.drained, 1);
}

TEST_P(SocketStreamTest, SendsAHeadAndTheBorrowedBytesAfterItInOneCall) {
  const std::string payload(16'384, 'p');
  stream->write("head ");
  stream->write_borrowed(payload);
  stream->write(" head ");
  stream->write_borrowed(payload);
  turn();
  EXPECT_EQ(peer().sent, "head " + payload + " head " + payload);
  EXPECT_EQ(kernel.calls("sendmsg"), 1);
  EXPECT_EQ(kernel.calls("send"), 4) << "the kernel of the test counts each part";
  EXPECT_EQ(owner.drained, 1);
  EXPECT_EQ(owner.taken_in_all, peer().sent.size());
}

TEST_P(SocketStreamTest, SendsAnyNumberOfBorrowedPieces) {
  std::string all;
  const std::string piece(1000, 'p');
  for (int i = 0; i < 100; ++i) {
    const std::string head = std::to_string(i) + ":";
    stream->write(head);
    stream->write_borrowed(piece);
    all += head + piece;
  }
  peer().max_per_send = 700;
  turn(50);
  EXPECT_EQ(peer().sent, all);
  EXPECT_EQ(owner.drained, 1);
}

TEST_P(SocketStreamTest, KeepsWhatTheKernelDoesNotTake) {
  peer().room = 4;
  stream->write("hello world");
  turn();
  EXPECT_EQ(peer().sent, "hell");
  EXPECT_EQ(stream->unsent(), 7u);
  EXPECT_EQ(owner.drained, 0);
  stream->write("!");
  peer().room = 3;
  turn(2);
  EXPECT_EQ(peer().sent, "hello w");
  peer().room = SIZE_MAX;
  turn(2);
  EXPECT_EQ(peer().sent, "hello world!");
  EXPECT_EQ(owner.drained, 1);
  EXPECT_EQ(owner.taken_in_all, 12u);
  EXPECT_EQ(stream->unsent(), 0u);
}

/// This happens when one client of a topic leaves and the others are told.
TEST_P(SocketStreamTest, KeepsTheOrderOfWritesMadeWhileTheTurnIsSent) {
  const int other_fd = kernel.make_socket();
  RecordingOwner other_owner;
  SocketStream other(*loop, base::Descriptor(kernel, other_fd));
  ASSERT_TRUE(other.start(other_owner));
  other_owner.when_drained = [&] { stream->write("third"); };
  other.write("first of the turn");
  stream->write("first second ");
  peer().room = 6;
  turn();
  EXPECT_EQ(peer().sent, "first ");
  EXPECT_EQ(stream->unsent(), 12u);
  peer().room = SIZE_MAX;
  turn(2);
  EXPECT_EQ(peer().sent, "first second third");
}

TEST_P(SocketStreamTest, KeepsTheOrderOfCopiedAndSharedWritesMadeWhileTheTurnIsSent) {
  RecordingOwner other_owner;
  SocketStream other(*loop, base::Descriptor(kernel, kernel.make_socket()));
  ASSERT_TRUE(other.start(other_owner));
  other_owner.when_drained = [&] {
    stream->write("second ");
    stream->write_borrowed("third");
  };
  other.write("first of the turn");
  stream->write("first ");
  turn(3);
  EXPECT_EQ(peer().sent, "first second third");
  EXPECT_EQ(stream->unsent(), 0u);
}

TEST_P(SocketStreamTest, KeepsTheOrderOfCopiedBorrowedAndFilePieces) {
  const std::string borrowed(100'000, 'b');
  const std::string content(700'000, 'f');
  peer().max_per_send = 30'000;
  stream->write("head ");
  stream->write_borrowed(borrowed);
  stream->write(" middle ");
  stream->write_file(make_file("..." + content + "..."), 3, content.size());
  stream->write(" tail");
  turn(100);
  EXPECT_EQ(peer().sent, "head " + borrowed + " middle " + content + " tail");
  EXPECT_EQ(owner.drained, 1);
}

TEST_P(SocketStreamTest, ReleasesASharedPieceWhileOthersWait) {
  auto message = std::make_shared<const std::string>(1000, 'm');
  const std::weak_ptr<const std::string> alive = message;
  peer().room = 100;
  stream->write("head ");
  stream->write_shared(*message, message);
  stream->write(std::string(500, 't'));
  message.reset();
  turn();
  EXPECT_FALSE(alive.expired());
  peer().room = 1000;
  turn();
  EXPECT_TRUE(alive.expired());
  EXPECT_GT(stream->unsent(), 0u);
  peer().room = SIZE_MAX;
  turn();
  EXPECT_EQ(peer().sent, "head " + std::string(1000, 'm') + std::string(500, 't'));
  EXPECT_EQ(owner.drained, 1);
}

TEST_P(SocketStreamTest, ReleasesASharedPieceWhenItIsClosed) {
  auto message = std::make_shared<const std::string>(1000, 'm');
  peer().room = 10;
  stream->write_shared(*message, message);
  turn();
  EXPECT_EQ(message.use_count(), 2);
  stream->close();
  EXPECT_EQ(message.use_count(), 1);
}

TEST_P(SocketStreamTest, ANewOwnerContinuesWhereTheFirstLeftOff) {
  RecordingOwner next;
  class First final : public StreamOwner {
   public:
    First(Stream& stream, StreamOwner& next) : stream_(stream), next_(next) {}
    void received(std::string_view bytes) noexcept override {
      line = bytes.substr(0, bytes.find('\n'));
      stream_.write("from the first");
      stream_.set_owner(next_, bytes.substr(line.size() + 1));
    }
    void received_end() noexcept override { FAIL(); }
    void sent(std::uint64_t, std::uint64_t) noexcept override { FAIL(); }
    void failed(int) noexcept override { FAIL(); }
    std::string line;

   private:
    Stream& stream_;
    StreamOwner& next_;
  } first(*stream, next);
  stream->set_owner(first);
  peer().incoming = {"line\nnot ", "mine"};
  turn(3);
  peer().incoming_ended = true;
  turn(2);
  EXPECT_EQ(first.line, "line");
  EXPECT_EQ(next.text, "not mine");
  EXPECT_TRUE(next.ended);
  EXPECT_EQ(next.taken_in_all, 14u) << "the stream still sends what the first owner wrote";
  EXPECT_EQ(owner.text, "");
  EXPECT_EQ(stream->facts(), nullptr);
}

TEST_P(SocketStreamTest, KeepsTheOrderOfWritesMadeWhenAFileHasLeft) {
  const std::string borrowed(50'000, 'b');
  owner.when_drained = [&] {
    if (owner.drained == 1) {
      stream->write("head ");
      stream->write_borrowed(borrowed);
    }
  };
  stream->write_file(make_file("file "), 0, 5);
  turn(5);
  EXPECT_EQ(peer().sent, "file head " + borrowed);
}

TEST_P(SocketStreamTest, RemovesTheCorkOnceAFileHasLeft) {
  peer().room = 10;
  stream->write_file(make_file(std::string(1000, 'f')), 0, 1000);
  turn(5);
  EXPECT_TRUE(peer().corked);
  peer().room = SIZE_MAX;
  stream->write(" tail");
  turn(5);
  EXPECT_EQ(peer().sent.size(), 1005u);
  EXPECT_FALSE(peer().corked);
}

TEST_P(SocketStreamTest, FailsWhenAFileIsShorterThanAnnounced) {
  stream->write_file(make_file("short"), 0, 100);
  turn(5);
  EXPECT_EQ(peer().sent, "short");
  EXPECT_EQ(owner.error, EIO);
}

TEST_P(SocketStreamTest, ReportsErrorsOfReadingAndWriting) {
  peer().recv_error = ECONNRESET;
  turn();
  EXPECT_EQ(owner.error, ECONNRESET);
  peer().recv_error = 0;
  peer().send_error = EPIPE;
  stream->write("x");
  turn();
  EXPECT_EQ(owner.error, EPIPE);
}

TEST_P(SocketStreamTest, ShutsDownOnlyAfterEverythingHasLeft) {
  peer().room = 1;
  stream->write("xyz");
  stream->shut_write();
  turn();
  EXPECT_FALSE(peer().write_shut);
  peer().room = SIZE_MAX;
  turn(2);
  EXPECT_EQ(peer().sent, "xyz");
  EXPECT_TRUE(peer().write_shut);
}

TEST_P(SocketStreamTest, ClosesOnceAndDropsTheRest) {
  peer().room = 1;
  stream->write("xyz");
  turn();
  stream->close();
  stream->close();
  EXPECT_FALSE(peer().open);
  turn(2);
}

TEST_P(SocketStreamTest, TellsThePeerOfACloseEvenIfAChildHasTheSocket) {
  peer().held_elsewhere = true;
  stream->close();
  EXPECT_FALSE(peer().open);
  EXPECT_TRUE(kernel.peer_sees_end(fd));
  EXPECT_FALSE(peer().reset);
}

TEST_P(SocketStreamTest, ResetsEvenIfAChildHasTheSocket) {
  peer().held_elsewhere = true;
  stream->abort();
  EXPECT_FALSE(peer().open);
  EXPECT_TRUE(peer().reset);
}

TEST_P(SocketStreamTest, ClosesWithoutAShutdownWhenBothSidesHaveEnded) {
  peer().incoming_ended = true;
  turn();
  stream->shut_write();
  const int told = kernel.calls("shutdown");
  stream->close();
  EXPECT_EQ(kernel.calls("shutdown"), told);
}

TEST_P(SocketStreamTest, GetsNoEventsOnceClosedEvenIfAChildHasTheSocket) {
  peer().held_elsewhere = true;
  stream->close();
  stream.reset();
  peer().recv_error = ECONNRESET;
  const base::Instant before = kernel.monotonic_now();
  loop->turn(5s);
  EXPECT_EQ(kernel.monotonic_now() - before, 5s) << "the loop still gets events of the socket";
}

TEST_P(SocketStreamTest, SendsFilesFromOtherThreadsWhileTheDiskIsSlow) {
  async::ManualBlockingExecutor threads(10);
  base::RecordingLog log;
  loop::Disk disk(threads, 1, log, kernel);
  disk.held_a_loop();
  loop->read_by(disk);
  const std::string content(600'000, 'f');  // too few slices for the disk to become quick again
  stream->write_file(make_file(content), 0, content.size());
  while (owner.drained == 0) {
    turn(2);
    ASSERT_EQ(threads.queued(), 1u);
    const std::size_t before = peer().sent.size();
    turn(2);
    EXPECT_EQ(peer().sent.size(), before) << "sent on the loop";
    threads.take().run();
    turn(2);
  }
  EXPECT_EQ(peer().sent, content);
}

TEST_P(SocketStreamTest, DoesNotSpinWhileASliceWaitsForAThread) {
  async::ManualBlockingExecutor threads(10);
  base::RecordingLog log;
  loop::Disk disk(threads, 1, log, kernel);
  disk.held_a_loop();
  loop->read_by(disk);
  const std::string content(600'000, 'f');
  stream->write_file(make_file(content), 0, content.size());
  while (owner.drained == 0) {
    turn(3);
    const base::Instant before = kernel.monotonic_now();
    loop->turn(5s);  // the peer has room, but the slice is not ready
    ASSERT_EQ(kernel.monotonic_now() - before, 5s);
    ASSERT_EQ(threads.queued(), 1u);
    threads.take().run();
    turn(2);
  }
  EXPECT_EQ(peer().sent, content);
}

TEST_P(SocketStreamTest, MayBeDestroyedWhileASliceWaitsForAThreadOrWasSentByOne) {
  async::ManualBlockingExecutor threads(10);
  base::RecordingLog log;
  loop::Disk disk(threads, 1, log, kernel);
  disk.held_a_loop();
  loop->read_by(disk);
  for (const bool has_had_it : {false, true}) {
    const int socket = kernel.make_socket();
    RecordingOwner other;
    auto goes = std::make_unique<SocketStream>(*loop, base::Descriptor(kernel, socket));
    ASSERT_TRUE(goes->start(other));
    goes->write_file(make_file(std::string(1000, 'f')), 0, 1000);
    turn(2);
    ASSERT_EQ(threads.queued(), 1u);
    if (has_had_it) threads.take().run();
    goes->close();
    EXPECT_EQ(kernel.at(socket).open, has_had_it) << "closed as soon as no thread sends from it";
    goes.reset();
    turn(2);
    EXPECT_FALSE(kernel.at(socket).open);
    EXPECT_EQ(other.taken_in_all, 0u);
    EXPECT_EQ(threads.queued(), 0u);
  }
}

TEST_P(SocketStreamTest, ASliceThatIsBeingSentIsDestroyedWithTheLoop) {
  async::ManualBlockingExecutor threads(10);
  base::RecordingLog log;
  loop::Disk disk(threads, 1, log, kernel);
  disk.held_a_loop();
  loop->read_by(disk);
  stream->write_file(make_file(std::string(1000, 'f')), 0, 1000);
  turn(2);
  threads.take().run();
  stream.reset();
  EXPECT_TRUE(peer().open);
  loop.reset();
  EXPECT_FALSE(peer().open);
}

TEST_P(SocketStreamTest, MayBeDestroyedWhileASliceIsBeingSent) {
  // The loop is taken while the slice is sent; the stream is closed meanwhile.
  class Thief final : public async::Job {
   public:
    explicit Thief(std::function<void()> work) : work_(std::move(work)) {}
    void run() noexcept override { work_(); }
    void finish() noexcept override {}

   private:
    std::function<void()> work_;
  };
  stream->write_file(make_file(std::string(1000, 'f')), 0, 1000);
  turn(1);  // the slice is enqueued by the flush
  Thief thief([&] { EXPECT_TRUE(loop->take(loop->look())); });
  loop->enqueue_first(thief);
  EXPECT_EQ(loop->turn(0s), loop::Loop::Turn::Lost);
  stream->close();
  loop->retire(std::move(stream));
  turn(3);
  EXPECT_FALSE(peer().open);
}

INSTANTIATE_TEST_SUITE_P(, SocketStreamTest,
                         testing::Values(loop::TransferKind::Syscall, loop::TransferKind::IoUring),
                         [](const auto& each) {
                           return each.param == loop::TransferKind::Syscall ? "Syscall" : "IoUring";
                         });

}  // namespace
}  // namespace mastic::net
