// How a connection ends: reset, closed in order, lingering, aborted or drained.

#include <cerrno>

#include "mastic/async/sleep.h"
#include "mastic/sockets/connection_fixture_testing.h"

namespace mastic::sockets {
namespace {

struct ConnectionEndTest : ConnectionTest {};

TEST_P(ConnectionEndTest, DeliversReceivedBytesBeforeAReset) {
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

TEST_P(ConnectionEndTest, AResetEndsWaitingReadsAndWrites) {
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

TEST_P(ConnectionEndTest, SendsTheRestAndLingersAtTheEnd) {
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

TEST_P(ConnectionEndTest, DoesNotLingerForLong) {
  run(writes(writer, "bye"));
  connection.let_go();
  stream.end();
  pass(options.linger_timeout - 1ms);
  EXPECT_FALSE(is_over);
  pass(2ms);
  EXPECT_TRUE(is_over);
}

TEST_P(ConnectionEndTest, DoesNotLingerForASilentPeer) {
  connection.let_go();
  stream.end();
  EXPECT_TRUE(is_over);
  EXPECT_TRUE(peer().write_shut);
}

TEST_P(ConnectionEndTest, DoesNotLingerIfLingerTimeoutHasPassedAlready) {
  EXPECT_EQ(run(writes(writer, "hello")).take(), "written");
  pass(options.linger_timeout);
  connection.let_go();
  stream.end();
  EXPECT_TRUE(is_over);
}

TEST_P(ConnectionEndTest, LingersForAPeerThatStillSends) {
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

TEST_P(ConnectionEndTest, LingersWhileASlowPeerReadsTheLastBytes) {
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

TEST_P(ConnectionEndTest, AbortsAPeerThatDoesNotReadTheLastBytes) {
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

TEST_P(ConnectionEndTest, EndsQuicklyWhenTheServerStops) {
  peer().unacknowledged = 40'000;
  EXPECT_EQ(run(writes(writer, std::string(50'000, 'x'))).take(), "written");
  pass(options.linger_timeout);
  stream.drain();
  connection.let_go();
  stream.end();
  EXPECT_TRUE(is_over) << "the kernel delivers the rest";
}

TEST_P(ConnectionEndTest, EndsAtOnceIfBothSidesHaveEnded) {
  run(writes(writer, "bye"));
  peer().incoming_ended = true;
  turn();
  connection.let_go();
  stream.end();
  EXPECT_TRUE(is_over);
}

TEST_P(ConnectionEndTest, AnEndingConnectionWaitsForASlowPeerWithADeadline) {
  peer().room = 0;
  run(writes(writer, "bye"));
  connection.let_go();
  stream.end();
  pass(options.write_timeout + 1ms);
  EXPECT_TRUE(is_over);
}

TEST_P(ConnectionEndTest, MayBeAbortedFromAnyThread) {
  Context& read = run(or_end(reader.read()));
  connection.abort();
  connection.abort();
  turn();
  EXPECT_EQ(fault_of(read), StreamFault::Closed);
  EXPECT_FALSE(peer().open);
  EXPECT_FALSE(is_over) << "its owner has not called end()";
}

TEST_P(ConnectionEndTest, ADrainEndsOnlyIdleReads) {
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

TEST_P(ConnectionEndTest, ATaskMayBeDestroyedWhileItWaits) {
  peer().room = 0;
  run(or_end(reader.read()));
  run(writes(writer, std::string(500, 'x')));
  contexts.clear();
  peer().incoming = {"x"};
  peer().room = SIZE_MAX;
  turn();
}

TEST_P(ConnectionEndTest, SurvivesTheFailureOfEveryCall) {
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

INSTANTIATE_TEST_SUITE_P(, ConnectionEndTest,
                         testing::Values(loop::TransferKind::Syscall, loop::TransferKind::IoUring),
                         [](const auto& each) {
                           return each.param == loop::TransferKind::Syscall ? "Syscall" : "IoUring";
                         });

}  // namespace
}  // namespace mastic::sockets
