// How the tasks of a connection read and write, and how long they may take.

#include <cerrno>

#include "mastic/async/sleep.h"
#include "mastic/sockets/connection_fixture_testing.h"

namespace mastic::sockets {
namespace {

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
