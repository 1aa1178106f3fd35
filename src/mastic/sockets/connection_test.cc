// Tests of a connection with its reader and writer, as its tasks and its peer see it.
// Over 500 lines because all tests share one fixture and follow the life of a connection.

#include "mastic/sockets/connection.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <string>
#include <vector>

#include "mastic/async/context_testing.h"
#include "mastic/async/sleep.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/loop/transfer_testing.h"
#include "mastic/net/socket_stream.h"

namespace mastic::sockets {
namespace {

using namespace std::chrono_literals;
using async::Task;

/// One connection, with tasks that read from and write to it.
struct ConnectionTest : testing::TestWithParam<loop::TransferKind>, BufferedStreamOwner {
  using Context = async::TestContext<std::string>;

  ConnectionTest() { EXPECT_TRUE(stream.start()); }
  ~ConnectionTest() override {
    contexts.clear();
    if (is_over) return;
    connection.let_go();
    stream.abort();
    stream.end();
    turn();  // the stop tokens fire
    EXPECT_TRUE(is_over);
  }
  void stream_over() noexcept override { is_over = true; }

  base::ScriptedKernel::Socket& peer() { return kernel.at(fd); }
  void turn(int times = 6) {
    for (int i = 0; i < times; ++i) loop->turn(0s);
  }
  void pass(base::Duration time) {
    kernel.advance(time);
    turn();
  }
  /// Begins a task. Its context keeps what it returns or throws.
  Context& run(Task<std::string> task) {
    contexts.push_back(std::make_unique<Context>(*loop, std::move(task)));
    turn();
    return *contexts.back();
  }
  static StreamFault fault_of(Context& context) {
    EXPECT_TRUE(context.is_done());
    try {
      ADD_FAILURE() << "expected a fault, but got " << context.take();
    } catch (const StreamError& error) {
      return error.fault();
    }
    return {};
  }

  base::ScriptedKernel kernel;
  std::unique_ptr<loop::Loop> loop =
      loop::Loop::open(kernel, loop::make_test_transfer(kernel, GetParam())).value();
  int fd = kernel.make_socket();
  bool is_over = false;
  StreamOptions options{.max_read_bytes = 20, .write_high_bytes = 100, .write_low_bytes = 30};
  BufferedStream stream{*loop,
                        std::make_unique<net::SocketStream>(*loop, base::Descriptor(kernel, fd)),
                        options, *this};
  Connection connection{stream, {}};
  Reader& reader = connection.reader();
  Writer& writer = connection.writer();
  std::vector<std::unique_ptr<Context>> contexts;
};

Task<std::string> all_lines(Reader& reader) {
  std::string lines;
  while (const auto line = co_await reader.read_line()) lines += "[" + *line + "]";
  co_return lines;
}

Task<std::string> or_end(Task<std::optional<std::string>> read) {
  const auto piece = co_await std::move(read);
  co_return piece.value_or("(end)");
}

Task<std::string> line_of(Reader& reader) {
  const auto line = co_await reader.read_line();
  co_return line.value_or("(end)");
}
Task<std::string> bytes_of(Reader& reader, std::size_t size) {
  const auto bytes = co_await reader.read_exactly(size);
  co_return bytes.value_or("(end)");
}

Task<std::string> writes(Writer& writer, std::string bytes) {
  co_await writer.write(bytes);
  co_return "written";
}
Task<std::string> flushes(Writer& writer) {
  co_await writer.flush();
  co_return "flushed";
}
Task<std::string> ends_its_side(Writer& writer) {
  co_await writer.shut_write();
  co_return "shut";
}

// ---- reading ----

TEST_P(ConnectionTest, TheTimeoutsMayBeUnlimited) {
  options.idle_timeout = options.read_timeout = options.write_timeout = options.linger_timeout =
      base::Duration::max();
  Context& line = run(line_of(reader));
  pass(10h);
  peer().incoming = {"he"};
  pass(10h);
  ASSERT_FALSE(line.is_done());
  peer().incoming = {"llo\n"};
  pass(10h);
  EXPECT_EQ(line.take(), "hello");
}

TEST_P(ConnectionTest, ReadsLinesHoweverTheyArrive) {
  Context& lines = run(all_lines(reader));
  peer().incoming = {"one\ntwo\r\nth", "r", "ee\n", "\n", "\r", "\nlast\n"};
  turn(10);
  peer().incoming_ended = true;
  turn();
  ASSERT_TRUE(lines.is_done());
  EXPECT_EQ(lines.take(), "[one][two][three][][][last]");
}

TEST_P(ConnectionTest, ReadsPiecesOfEveryKindOneAfterAnother) {
  peer().incoming = {"GET;name;", "12345rest", " and more"};
  turn();
  EXPECT_EQ(run(or_end(reader.read_until(";"))).take(), "GET");
  EXPECT_EQ(run(or_end(reader.read_until(";"))).take(), "name");
  EXPECT_EQ(run(bytes_of(reader, 5)).take(), "12345");
  EXPECT_EQ(run(or_end(reader.read(4))).take(), "rest");
  EXPECT_EQ(run(or_end(reader.read())).take(), " and more");
  EXPECT_EQ(run(bytes_of(reader, 0)).take(), "");
}

TEST_P(ConnectionTest, FindsADelimiterThatArrivesInParts) {
  Context& piece = run(or_end(reader.read_until("-->")));
  for (const char* part : {"a-", "-", "-", "->b"}) peer().incoming.push_back(part);
  turn(10);
  ASSERT_TRUE(piece.is_done());
  EXPECT_EQ(piece.take(), "a--");
  EXPECT_EQ(run(or_end(reader.read())).take(), "b");
}

TEST_P(ConnectionTest, DistinguishesAnEndFromACut) {
  peer().incoming = {"whole\nhalf"};
  peer().incoming_ended = true;
  turn();
  EXPECT_EQ(run(line_of(reader)).take(), "whole");
  EXPECT_EQ(fault_of(run(line_of(reader))), StreamFault::Cut);
  EXPECT_EQ(fault_of(run(bytes_of(reader, 5))), StreamFault::Cut);
  EXPECT_EQ(run(or_end(reader.read())).take(), "half");
  EXPECT_EQ(run(or_end(reader.read())).take(), "(end)");
  EXPECT_EQ(run(bytes_of(reader, 5)).take(), "(end)");
  EXPECT_EQ(run(line_of(reader)).take(), "(end)");
}

TEST_P(ConnectionTest, RefusesALineWithoutEnd) {
  Context& line = run(line_of(reader));
  peer().incoming = {std::string(10, 'x'), std::string(10, 'x'), "x", "y"};
  turn(10);
  EXPECT_EQ(fault_of(line), StreamFault::TooLong);
  EXPECT_EQ(run(or_end(reader.read())).take(), std::string(21, 'x'));
}

TEST_P(ConnectionTest, AcceptsALineAsLongAsTheLimitButNoLonger) {
  const std::string longest(20, 'x');
  peer().incoming = {longest + "\n" + longest + "x\n"};
  turn();
  EXPECT_EQ(run(line_of(reader)).take(), longest);
  EXPECT_EQ(fault_of(run(line_of(reader))), StreamFault::TooLong);
  EXPECT_EQ(fault_of(run(bytes_of(reader, 21))), StreamFault::TooLong);
  reader.set_max_read_bytes(21);
  EXPECT_EQ(run(line_of(reader)).take(), longest + "x");
}

TEST_P(ConnectionTest, BuffersNoMoreThanReadAheadBytes) {
  options.read_ahead_bytes = 10;
  peer().incoming = {"1234567890", "later", "last"};
  turn();
  EXPECT_EQ(peer().incoming.size(), 2u);
  EXPECT_EQ(run(or_end(reader.read())).take(), "1234567890");
  turn();
  EXPECT_EQ(run(or_end(reader.read())).take(), "laterlast");
}

TEST_P(ConnectionTest, OnlyOneTaskMayRead) {
  Context& first = run(or_end(reader.read()));
  Context& second = run(or_end(reader.read()));
  ASSERT_TRUE(second.is_done());
  EXPECT_THROW(second.take(), std::logic_error);
  peer().incoming = {"x"};
  turn();
  EXPECT_EQ(first.take(), "x");
}

// ---- deadlines ----

TEST_P(ConnectionTest, GivesUpOnAPeerThatSendsNothing) {
  Context& line = run(line_of(reader));
  pass(options.idle_timeout - 2ms);
  EXPECT_FALSE(line.is_done());
  pass(3ms);
  EXPECT_EQ(fault_of(line), StreamFault::TimedOut);
  peer().incoming = {"still there\n"};  // the handler may continue after a timeout
  turn();
  EXPECT_EQ(run(line_of(reader)).take(), "still there");
}

TEST_P(ConnectionTest, GivesUpOnALineThatComesTooSlowly) {
  Context& line = run(line_of(reader));
  pass(options.idle_timeout / 2);
  for (int i = 0; i < 12 && !line.is_done(); ++i) {
    peer().incoming.push_back("x");
    pass(options.read_timeout / 10);
  }
  EXPECT_EQ(fault_of(line), StreamFault::TimedOut);
}

TEST_P(ConnectionTest, ALineThatArrivedWhileTheProcessWasStoppedArrivedInTime) {
  Context& line = run(line_of(reader));
  peer().incoming = {"in ", "time\n"};
  kernel.fail("epoll_wait", 1, EINTR);  // as SIGCONT does
  pass(options.idle_timeout * 2);
  ASSERT_TRUE(line.is_done());
  EXPECT_EQ(line.take(), "in time");
}

TEST_P(ConnectionTest, APeerThatReadWhileTheProcessWasStoppedIsNotAborted) {
  peer().room = 10;
  Context& write = run(writes(writer, std::string(500, 'x')));
  peer().room = SIZE_MAX;
  pass(options.write_timeout * 2);
  ASSERT_TRUE(write.is_done());
  EXPECT_EQ(write.take(), "written");
}

TEST_P(ConnectionTest, AbortsAPeerThatNeverReads) {
  peer().room = 10;
  Context& write = run(writes(writer, std::string(500, 'x')));
  pass(options.write_timeout - 2ms);
  EXPECT_FALSE(write.is_done());
  pass(3ms);
  EXPECT_EQ(fault_of(write), StreamFault::TimedOut);
  EXPECT_FALSE(peer().open);
  EXPECT_TRUE(connection.stop_token().stop_requested());
}

TEST_P(ConnectionTest, AbortsAPeerThatReadsTooSlowly) {
  peer().room = 0;
  Context& write = run(writes(writer, std::string(10'000, 'x')));
  for (int i = 0; i < 40 && !write.is_done(); ++i) {
    peer().room = 1;
    pass(1s);
  }
  EXPECT_EQ(fault_of(write), StreamFault::TimedOut);
}

TEST_P(ConnectionTest, AllowsAPeerThatReadsAtTheMinimumRate) {
  peer().room = 0;
  Context& write = run(writes(writer, std::string(100'000, 'x')));
  for (int second = 0; second < 300 && !write.is_done(); ++second) {
    peer().room = options.min_write_rate + 1;
    pass(1s);
    turn(10);
  }
  EXPECT_TRUE(write.is_done());
  EXPECT_EQ(write.take(), "written");
}

/// The kernel has a large buffer and accepts more only when half of it has been read.
TEST_P(ConnectionTest, AllowsAPeerThatSlowlyReadsWhatTheKernelHolds) {
  peer().room = 100'000;
  peer().unacknowledged = 100'000;
  Context& write = run(writes(writer, std::string(200'000, 'x')));
  for (int second = 0; second < 150; ++second) {
    peer().unacknowledged -= options.min_write_rate + 1;
    pass(1s);
  }
  EXPECT_TRUE(peer().open);
  peer().room = SIZE_MAX;
  turn(10);
  EXPECT_EQ(write.take(), "written");
}

TEST_P(ConnectionTest, DoesNotMistakeAFillingKernelBufferForProgress) {
  options.min_write_rate = 1;
  peer().room = 1000;
  peer().unacknowledged = 1000;
  Context& write = run(writes(writer, std::string(200'000, 'x')));
  for (int second = 0; second < 40 && !write.is_done(); ++second) {
    peer().room = 2;
    peer().unacknowledged += 2;
    pass(1s);
  }
  EXPECT_EQ(fault_of(write), StreamFault::TimedOut);
}

TEST_P(ConnectionTest, AsksTheKernelOnlyWhenAWriteDoesNotFit) {
  EXPECT_EQ(run(writes(writer, std::string(200'000, 'x'))).take(), "written");
  EXPECT_EQ(kernel.calls("siocoutq"), 0);
}

// ---- writing ----

TEST_P(ConnectionTest, WritesWaitForTheLowWaterMark) {
  peer().room = 0;
  Context& small = run(writes(writer, std::string(99, 'a')));
  EXPECT_TRUE(small.is_done());
  Context& more = run(writes(writer, "bb"));
  Context& last = run(writes(writer, "c"));
  EXPECT_FALSE(more.is_done());
  peer().room = 69;
  turn();
  EXPECT_FALSE(more.is_done());
  peer().room = 1;
  turn();
  EXPECT_TRUE(more.is_done());
  EXPECT_TRUE(last.is_done());
  peer().room = SIZE_MAX;
  turn();
  EXPECT_EQ(peer().sent, std::string(99, 'a') + "bbc");
}

TEST_P(ConnectionTest, NeverHoldsMoreThanTheHighWaterMark) {
  peer().room = 0;
  const std::string large(100'000, 'x');
  Context& write = run(writes(writer, large));
  for (int i = 0; i < 10'000 && !write.is_done(); ++i) {
    peer().room = 57;
    turn(2);
  }
  EXPECT_TRUE(write.is_done());
  EXPECT_LE(large.size() - peer().sent.size(), options.write_low_bytes);
}

TEST_P(ConnectionTest, SendsWritesOfSeveralTasksWhole) {
  peer().room = 0;
  const std::string a(300, 'a'), b(300, 'b');
  run(writes(writer, a));
  run(writes(writer, b));
  peer().room = SIZE_MAX;
  turn(20);
  EXPECT_EQ(peer().sent, a + b);
}

TEST_P(ConnectionTest, FlushWaitsUntilEverythingIsSent) {
  peer().room = 0;
  run(writes(writer, "abc"));
  Context& flush = run(flushes(writer));
  EXPECT_FALSE(flush.is_done());
  peer().room = 2;
  turn();
  EXPECT_FALSE(flush.is_done());
  peer().room = 1;
  turn();
  EXPECT_TRUE(flush.is_done());
}

TEST_P(ConnectionTest, ShutsItsSideDownAfterEverythingWritten) {
  peer().room = 1;
  run(writes(writer, "xyz"));
  run(ends_its_side(writer));
  EXPECT_FALSE(peer().write_shut);
  EXPECT_EQ(fault_of(run(writes(writer, "more"))), StreamFault::Closed);
  peer().room = SIZE_MAX;
  turn();
  EXPECT_TRUE(peer().write_shut);
  peer().incoming = {"thanks\n"};
  turn();
  EXPECT_EQ(run(line_of(reader)).take(), "thanks");
}

TEST_P(ConnectionTest, AWriteCancelledInTheMiddleEndsWriting) {
  peer().room = 0;
  Context& write = run(writes(writer, std::string(500, 'x')));
  Context& next = run(writes(writer, "next"));
  write.stop();
  turn();
  EXPECT_THROW(write.take(), async::Cancelled);
  EXPECT_EQ(fault_of(next), StreamFault::Closed);
}

TEST_P(ConnectionTest, AWriteCancelledBeforeItBeganDoesNotAffectOthers) {
  peer().room = 0;
  const std::string large(150, 'x');
  run(writes(writer, large));
  Context& second = run(writes(writer, "second"));
  Context& third = run(writes(writer, "third"));
  second.stop();
  turn();
  peer().room = SIZE_MAX;
  turn();
  EXPECT_TRUE(third.is_done());
  EXPECT_EQ(peer().sent, large + "third");
}

// ---- the end ----

TEST_P(ConnectionTest, DeliversReceivedBytesBeforeAReset) {
  peer().incoming = {"last words\n"};
  turn();
  peer().recv_error = ECONNRESET;
  turn();
  EXPECT_TRUE(connection.stop_token().stop_requested());
  EXPECT_FALSE(peer().open);
  EXPECT_EQ(run(line_of(reader)).take(), "last words");
  EXPECT_EQ(fault_of(run(line_of(reader))), StreamFault::Lost);
  EXPECT_EQ(fault_of(run(writes(writer, "x"))), StreamFault::Lost);
}

TEST_P(ConnectionTest, AResetEndsWaitingReadsAndWrites) {
  peer().room = 0;
  Context& read = run(or_end(reader.read()));
  Context& write = run(writes(writer, std::string(500, 'x')));
  Context& flush = run(flushes(writer));
  peer().recv_error = ECONNRESET;
  turn();
  EXPECT_EQ(fault_of(read), StreamFault::Lost);
  EXPECT_EQ(fault_of(write), StreamFault::Lost);
  EXPECT_EQ(fault_of(flush), StreamFault::Lost);
}

TEST_P(ConnectionTest, SendsTheRestAndLingersAtTheEnd) {
  peer().room = 1;
  run(writes(writer, "bye"));
  connection.let_go();
  stream.end();
  turn();
  EXPECT_FALSE(is_over);
  peer().room = SIZE_MAX;
  peer().incoming = {"noise that is discarded"};
  turn();
  EXPECT_EQ(peer().sent, "bye");
  EXPECT_TRUE(peer().write_shut);
  EXPECT_TRUE(peer().incoming.empty());
  EXPECT_TRUE(peer().open);
  peer().incoming_ended = true;
  turn();
  EXPECT_FALSE(peer().open);
  EXPECT_TRUE(is_over);
}

TEST_P(ConnectionTest, DoesNotLingerForLong) {
  run(writes(writer, "bye"));
  connection.let_go();
  stream.end();
  pass(options.linger_timeout - 1ms);
  EXPECT_FALSE(is_over);
  pass(2ms);
  EXPECT_TRUE(is_over);
}

TEST_P(ConnectionTest, DoesNotLingerForASilentPeer) {
  connection.let_go();
  stream.end();
  EXPECT_TRUE(is_over);
  EXPECT_TRUE(peer().write_shut);
}

TEST_P(ConnectionTest, DoesNotLingerIfLingerTimeoutHasPassedAlready) {
  EXPECT_EQ(run(writes(writer, "hello")).take(), "written");
  pass(options.linger_timeout);
  connection.let_go();
  stream.end();
  EXPECT_TRUE(is_over);
}

TEST_P(ConnectionTest, LingersForAPeerThatStillSends) {
  Context& read = run(or_end(reader.read()));
  peer().incoming = {"some"};
  turn();
  EXPECT_EQ(read.take(), "some");
  connection.let_go();
  stream.end();
  peer().incoming = {"more"};
  pass(options.linger_timeout - 1ms);
  EXPECT_TRUE(peer().incoming.empty()) << "it is read and discarded";
  EXPECT_FALSE(is_over);
  pass(2ms);
  EXPECT_TRUE(is_over);
}

TEST_P(ConnectionTest, LingersWhileASlowPeerReadsTheLastBytes) {
  peer().unacknowledged = 40'000;
  EXPECT_EQ(run(writes(writer, std::string(50'000, 'x'))).take(), "written");
  connection.let_go();
  stream.end();
  for (int second = 0; second < 39; ++second) {
    peer().unacknowledged -= 1000;
    pass(1s);
    ASSERT_TRUE(peer().open) << second;
  }
  peer().unacknowledged = 0;
  pass(options.linger_timeout);
  EXPECT_FALSE(peer().open);
  EXPECT_TRUE(is_over);
}

TEST_P(ConnectionTest, AbortsAPeerThatDoesNotReadTheLastBytes) {
  peer().unacknowledged = 40'000;
  EXPECT_EQ(run(writes(writer, std::string(50'000, 'x'))).take(), "written");
  connection.let_go();
  stream.end();
  pass(options.linger_timeout);
  for (int second = 0; second < 29; ++second) pass(1s);
  EXPECT_FALSE(is_over);
  pass(2s);
  EXPECT_TRUE(is_over);
}

TEST_P(ConnectionTest, EndsQuicklyWhenTheServerStops) {
  peer().unacknowledged = 40'000;
  EXPECT_EQ(run(writes(writer, std::string(50'000, 'x'))).take(), "written");
  pass(options.linger_timeout);
  stream.drain();
  connection.let_go();
  stream.end();
  EXPECT_TRUE(is_over) << "the kernel delivers the rest";
}

TEST_P(ConnectionTest, EndsAtOnceIfBothSidesHaveEnded) {
  run(writes(writer, "bye"));
  peer().incoming_ended = true;
  turn();
  connection.let_go();
  stream.end();
  EXPECT_TRUE(is_over);
}

TEST_P(ConnectionTest, AnEndingConnectionWaitsForASlowPeerWithADeadline) {
  peer().room = 0;
  run(writes(writer, "bye"));
  connection.let_go();
  stream.end();
  pass(options.write_timeout + 1ms);
  EXPECT_TRUE(is_over);
}

TEST_P(ConnectionTest, MayBeAbortedFromAnyThread) {
  Context& read = run(or_end(reader.read()));
  connection.abort();
  connection.abort();
  turn();
  EXPECT_EQ(fault_of(read), StreamFault::Closed);
  EXPECT_FALSE(peer().open);
  EXPECT_FALSE(is_over) << "its owner has not called end()";
}

TEST_P(ConnectionTest, ADrainEndsOnlyIdleReads) {
  Context& idle = run(line_of(reader));
  stream.drain();
  turn();
  EXPECT_TRUE(connection.stop_token().stop_requested());
  EXPECT_EQ(idle.take(), "(end)");
  peer().incoming = {"be", "gun"};
  turn();
  Context& begun = run(line_of(reader));
  EXPECT_FALSE(begun.is_done());
  peer().incoming = {"!\n"};
  turn();
  EXPECT_EQ(begun.take(), "begun!");
  EXPECT_EQ(run(line_of(reader)).take(), "(end)");
}

TEST_P(ConnectionTest, ATaskMayBeDestroyedWhileItWaits) {
  peer().room = 0;
  run(or_end(reader.read()));
  run(writes(writer, std::string(500, 'x')));
  contexts.clear();
  peer().incoming = {"x"};
  peer().room = SIZE_MAX;
  turn();
}

TEST_P(ConnectionTest, SurvivesTheFailureOfEveryCall) {
  for (int nth = 1; nth < 20; ++nth) {
    peer().incoming.push_back("line\n");
    kernel.fail_any(nth, EIO);
    Context& line = run(line_of(reader));
    Context& write = run(writes(writer, "x"));
    if (!peer().open) {
      EXPECT_TRUE(line.is_done() && write.is_done());
      break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, ConnectionTest,
                         testing::Values(loop::TransferKind::Syscall, loop::TransferKind::IoUring),
                         [](const auto& each) {
                           return each.param == loop::TransferKind::Syscall ? "Syscall" : "IoUring";
                         });

TEST(StreamOptions, SayWhatIsWrong) {
  EXPECT_TRUE(StreamOptions().check());
  StreamOptions options;
  options.write_low_bytes = options.write_high_bytes;
  EXPECT_NE(options.check().error().message.find("write_low_bytes"), std::string::npos);
  options = {};
  options.idle_timeout = 0s;
  EXPECT_NE(options.check().error().message.find("idle_timeout"), std::string::npos);
  options = {};
  options.max_read_bytes = 0;
  EXPECT_NE(options.check().error().message.find("max_read_bytes"), std::string::npos);
}

}  // namespace
}  // namespace mastic::sockets
