// Tests of servers of connections on a scripted network, one turn of the loop at a time.

#include "mastic/sockets/stream_server.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <string>

#include "mastic/async/sleep.h"
#include "mastic/base/failures.h"
#include "mastic/base/kernel_testing.h"
#include "mastic/base/log_testing.h"
#include "mastic/sockets/tcp_server.h"

namespace mastic::sockets {
namespace {

using namespace std::chrono_literals;
using async::Task;

Task<> echo_lines(Connection& connection) {
  while (const auto line = co_await connection.reader().read_line()) {
    if (*line == "throw") throw std::runtime_error("as it was told");
    if (*line == "throw 7") throw 7;
    if (*line == "bye") break;
    if (*line == "sleep") co_await async::sleep_for(1h);
    if (*line == "much") {
      const std::string much(1'000'000, 'x');
      co_await connection.writer().write(much);
    }
    const std::string answer = *line + "\n";
    co_await connection.writer().write(answer);
  }
  co_await connection.writer().write("bye\n");
}

/// A server on a loop that the test turns.
struct StreamServerTest : testing::TestWithParam<loop::TransferKind> {
  ~StreamServerTest() override { stop(); }

  void start(ConnectionHandler handler = echo_lines) {
    server = std::make_unique<TcpServer>(std::move(handler), options, log, kernel);
    ASSERT_TRUE(server->listen("127.0.0.1:7000"));
    ASSERT_TRUE(server->start_on(*loop));
    listener = kernel.listeners().at(0);
  }
  /// Ends the server and checks that nothing is left of it.
  void stop() {
    if (!server) return;
    server->abort();
    turn(10);
    EXPECT_TRUE(server->has_settled());
    EXPECT_EQ(server->statistics().open, 0u);
    EXPECT_EQ(kernel.open_sockets(), 0u);
    server.reset();
  }
  int connect(std::string first = "") {
    const int fd = kernel.connect_to(listener);
    if (!first.empty()) at(fd).incoming = {std::move(first)};
    turn();
    return fd;
  }
  base::ScriptedKernel::Socket& at(int fd) { return kernel.at(fd); }
  std::string exchange(int fd, std::string text) {
    at(fd).incoming.push_back(std::move(text));
    turn(10);
    return std::exchange(at(fd).sent, {});
  }
  void turn(int times = 6) {
    for (int i = 0; i < times; ++i) loop->turn(0s);
  }
  void pass(base::Duration time) {
    kernel.advance(time);
    turn();
  }

  base::ScriptedKernel kernel;
  base::RecordingLog log;
  std::unique_ptr<loop::Loop> loop = loop::Loop::open(kernel, GetParam()).value();
  StreamServerOptions options;
  std::unique_ptr<TcpServer> server;
  int listener = -1;
};

TEST_P(StreamServerTest, ServesManyConnectionsAtOnce) {
  start();
  const int one = connect();
  const int two = connect();
  EXPECT_EQ(exchange(one, "a\nb\n"), "a\nb\n");
  EXPECT_EQ(exchange(two, "c\n"), "c\n");
  EXPECT_EQ(exchange(one, "d\n"), "d\n");
  const auto statistics = server->statistics();
  EXPECT_EQ(statistics.open, 2u);
  EXPECT_EQ(statistics.accepted, 2u);
}

TEST_P(StreamServerTest, ClosesAConnectionWhenItsHandlerReturns) {
  start();
  const int fd = connect("bye\n");
  EXPECT_EQ(at(fd).sent, "bye\n");
  EXPECT_TRUE(at(fd).write_shut);
  at(fd).incoming_ended = true;
  turn();
  EXPECT_FALSE(at(fd).open);
  EXPECT_EQ(server->statistics().open, 0u);
}

TEST_P(StreamServerTest, AHandlerThatThrowsDoesNotAffectOthers) {
  start();
  const int other = connect();
  const int fd = connect("throw\n");
  const int odd = connect("throw 7\n");
  EXPECT_FALSE(at(fd).open);
  EXPECT_FALSE(at(odd).open);
  EXPECT_EQ(exchange(other, "still here\n"), "still here\n");
  EXPECT_EQ(server->statistics().failed, 2u);
  ASSERT_EQ(log.lines.size(), 2u);
  EXPECT_EQ(log.lines[0],
            "error app: the handler of a connection failed: as it was told  "
            "client=127.0.0.1:40000");
  EXPECT_NE(log.lines[1].find("not a std::exception"), std::string::npos);
}

TEST_P(StreamServerTest, AHandlerMayThrowBeforeItReturnsItsTask) {
  start([](Connection&) -> Task<> { throw std::runtime_error("at once"); });
  EXPECT_FALSE(at(connect()).open);
  EXPECT_EQ(server->statistics().failed, 1u);
}

TEST_P(StreamServerTest, AHandlerNeedNotBeACoroutine) {
  start([](Connection&) { return Task<>::done(); });
  const int fd = connect();
  EXPECT_TRUE(at(fd).write_shut);
}

// ---- peers ----

TEST_P(StreamServerTest, AResetByThePeerDoesNotCountAsAFailure) {
  start();
  const int fd = connect("hello\n");
  at(fd).recv_error = ECONNRESET;
  turn();
  EXPECT_FALSE(at(fd).open);
  EXPECT_EQ(server->statistics().broken, 1u);
  EXPECT_EQ(server->statistics().failed, 0u);
  EXPECT_TRUE(log.lines.empty());
}

TEST_P(StreamServerTest, AbortsAPeerThatNeverReads) {
  start();
  const int fd = connect();
  at(fd).room = 1000;
  at(fd).incoming = {"much\n"};
  turn();
  EXPECT_EQ(server->statistics().open, 1u);
  pass(options.stream.write_timeout + 1ms);
  EXPECT_FALSE(at(fd).open);
  EXPECT_EQ(server->statistics().broken, 1u);
}

TEST_P(StreamServerTest, AbortsAPeerWhoseLineHasNoEnd) {
  start();
  const int fd = connect();
  for (int i = 0; i < 70; ++i) at(fd).incoming.push_back(std::string(1000, 'x'));
  turn(100);
  EXPECT_FALSE(at(fd).open);
  EXPECT_EQ(server->statistics().broken, 1u);
}

TEST_P(StreamServerTest, AbortsAPeerThatSendsNothing) {
  start();
  const int fd = connect();
  pass(options.stream.idle_timeout + 1ms);
  EXPECT_FALSE(at(fd).open);
}

TEST_P(StreamServerTest, APeerThatEndsItsSideStillGetsItsAnswers) {
  start();
  const int fd = connect("one\ntwo\n");
  at(fd).incoming_ended = true;
  turn();
  EXPECT_EQ(at(fd).sent, "one\ntwo\nbye\n");
  EXPECT_FALSE(at(fd).open);
}

// ---- limits ----

TEST_P(StreamServerTest, ConnectionsBeyondTheMaximumWait) {
  options.max_connections = 2;
  start();
  const int first = connect();
  connect();
  const int third = connect("hello\n");
  EXPECT_EQ(at(third).sent, "");
  EXPECT_EQ(server->statistics().open, 2u);
  at(first).incoming_ended = true;
  turn(10);
  EXPECT_EQ(at(third).sent, "hello\n");
}

TEST_P(StreamServerTest, ConnectionsBeyondTheMaximumAreRefusedIfToldSo) {
  options.max_connections = 2;
  options.when_full = Admission::Refuse;
  start();
  const int first = connect();
  connect();
  const int third = connect();
  EXPECT_FALSE(at(third).open);
  EXPECT_EQ(server->statistics().refused, 1u);
  at(first).incoming_ended = true;
  turn();
  EXPECT_EQ(exchange(connect(), "hello\n"), "hello\n");
}

TEST_P(StreamServerTest, ContinuesAfterDescriptorsRanOut) {
  start();
  kernel.fail("accept4", 1, EMFILE);
  const int fd = connect("hello\n");
  EXPECT_EQ(at(fd).sent, "");
  pass(10ms);
  EXPECT_EQ(at(fd).sent, "hello\n");
  ASSERT_EQ(log.lines.size(), 1u);
  EXPECT_NE(log.lines[0].find("ulimit -n"), std::string::npos);
}

// ---- the end ----

TEST_P(StreamServerTest, ADrainEndsIdleConnectionsAndWaitsForTheOthers) {
  start();
  const int idle = connect();
  const int busy = connect("begun");
  server->drain();
  turn();
  EXPECT_FALSE(at(listener).open);
  EXPECT_EQ(at(idle).sent, "bye\n");
  EXPECT_TRUE(at(idle).write_shut);
  EXPECT_FALSE(server->has_settled());
  at(idle).incoming_ended = true;
  EXPECT_EQ(exchange(busy, "!\n"), "begun!\nbye\n");
  at(busy).incoming_ended = true;
  turn();
  EXPECT_TRUE(server->has_settled());
}

TEST_P(StreamServerTest, ADrainOfSeveralListenersWorksAtTheMaximumOfConnections) {
  options.max_connections = 1;
  server = std::make_unique<TcpServer>(echo_lines, options, log, kernel);
  ASSERT_TRUE(server->listen("127.0.0.1:7000"));
  ASSERT_TRUE(server->listen("127.0.0.1:7001"));
  ASSERT_TRUE(server->start_on(*loop));
  listener = kernel.listeners().at(0);
  const int fd = connect("one\n");
  server->drain();
  turn();
  EXPECT_EQ(at(fd).sent, "one\nbye\n");
}

TEST_P(StreamServerTest, ADrainDoesNotWaitForSilentClients) {
  start([](Connection& connection) -> Task<> {
    while (co_await connection.reader().read()) {
    }
  });
  const int fresh = connect();
  const int silent = connect("hello\n");
  pass(options.stream.linger_timeout);
  server->drain();
  turn();
  EXPECT_TRUE(server->has_settled());
  for (const int fd : {fresh, silent}) {
    EXPECT_TRUE(at(fd).write_shut) << "as an end, not a reset";
    EXPECT_FALSE(at(fd).open);
  }
}

TEST_P(StreamServerTest, ADrainLingersForClientsThatWereJustSentSomething) {
  start();
  const int fd = connect();
  server->drain();
  turn();
  EXPECT_EQ(at(fd).sent, "bye\n");
  EXPECT_FALSE(server->has_settled());
  pass(options.stream.linger_timeout + 1ms);
  EXPECT_TRUE(server->has_settled());
}

TEST_P(StreamServerTest, ADrainCancelsHandlersThatTakeTooLong) {
  start();
  const int fd = connect("sleep\n");
  server->drain();
  turn();
  pass(options.drain_timeout - 2ms);
  EXPECT_TRUE(at(fd).open);
  EXPECT_FALSE(server->has_settled());
  pass(3ms);
  EXPECT_FALSE(at(fd).open);
  EXPECT_TRUE(server->has_settled());
  EXPECT_EQ(server->statistics().failed, 0u);
}

TEST_P(StreamServerTest, TheDrainTimeoutMayBeUnlimited) {
  options.drain_timeout = base::Duration::max();
  start();
  const int fd = connect("sleep\n");
  server->drain();
  turn();
  pass(30min);
  EXPECT_TRUE(at(fd).open);
  server->abort();
  turn();
  EXPECT_TRUE(server->has_settled());
}

TEST_P(StreamServerTest, ADrainBeforeTheStartIsRemembered) {
  server = std::make_unique<TcpServer>(echo_lines, options, log, kernel);
  ASSERT_TRUE(server->listen("127.0.0.1:7000"));
  listener = kernel.listeners().at(0);
  const int early = kernel.connect_to(listener);
  server->drain();
  ASSERT_TRUE(server->start_on(*loop));
  turn();
  EXPECT_FALSE(at(listener).open);
  EXPECT_EQ(at(early).sent, "bye\n") << "it had connected before the start";
  at(early).incoming_ended = true;
  turn();
  EXPECT_TRUE(server->has_settled());
}

TEST_P(StreamServerTest, AnAbortBeforeTheStartIsRemembered) {
  server = std::make_unique<TcpServer>(echo_lines, options, log, kernel);
  ASSERT_TRUE(server->listen("127.0.0.1:7000"));
  server->abort();
  ASSERT_TRUE(server->start_on(*loop));
  turn();
  EXPECT_TRUE(server->has_settled());
}

TEST_P(StreamServerTest, AHandlerMayStopItsServer) {
  start([this](Connection& connection) -> Task<> {
    const auto line = co_await connection.reader().read_line();
    if (*line == "stop") server->drain();
    co_await connection.writer().write("so be it\n");
  });
  const int fd = connect("stop\n");
  EXPECT_EQ(at(fd).sent, "so be it\n");
  at(fd).incoming_ended = true;
  turn();
  EXPECT_TRUE(server->has_settled());
}

TEST_P(StreamServerTest, StopTokensTellHandlersOfTheDrain) {
  bool told = false;
  start([&told](Connection& connection) -> Task<> {
    const std::stop_callback callback(connection.stop_token(), [&told] { told = true; });
    co_await async::sleep_for(1s);
  });
  connect();
  server->drain();
  turn();
  EXPECT_TRUE(told);
  pass(1s);
  pass(options.stream.linger_timeout + 1ms);
  EXPECT_TRUE(server->has_settled());
}

TEST_P(StreamServerTest, AbortingEndsEverythingAtOnce) {
  start();
  connect("sleep\n");
  connect("half a li");
  const int fd = connect();
  at(fd).room = 0;
  at(fd).incoming = {"much\n"};
  turn();
  server->abort();
  turn();
  EXPECT_TRUE(server->has_settled());
}

// ---- faults ----

void exercise(StreamServerTest& test) {
  const int first = test.connect("one\n");
  const int second = test.connect("much\n");
  const int third = test.connect("throw\n");
  if (test.at(second).open) test.at(second).max_per_send = 300'000;
  test.turn(10);
  if (test.at(first).open) test.at(first).incoming_ended = true;
  if (test.at(second).open) test.at(second).recv_error = ECONNRESET;
  (void)third;
  test.turn(10);
}

TEST_P(StreamServerTest, SurvivesTheFailureOfEverySingleCall) {
  const auto run = [&](base::Failures& failures) {
    if (HasFailure()) return failures.during([] {});
    start();
    failures.fail_in(kernel);
    failures.during([&] { exercise(*this); });
    SCOPED_TRACE(failures.text());
    pass(2s);  // accepting may be paused, and a connection may be lingering
    pass(2s);
    EXPECT_EQ(exchange(connect(), "hello\n"), "hello\n");
    stop();
  };
  const auto count = base::for_each_failure(
      run, {.allocations = false, .errors = {EIO, ECONNRESET, ENOMEM, EMFILE}});
  ASSERT_GT(count.calls, 4u * 30u);
}

TEST_P(StreamServerTest, ContinuesWhenItsLoopIsTakenAtEveryJob) {
  start([this](Connection& connection) -> Task<> {
    const auto steal = [this] { (void)loop->take(loop->look()); };  // once in each job
    steal();
    while (const auto line = co_await connection.reader().read_line()) {
      steal();
      const std::string answer = *line + "\n";
      co_await connection.writer().write(answer);
      steal();
    }
  });
  const int one = connect("a\n");
  const int two = connect("b\n");
  turn(20);
  EXPECT_EQ(exchange(one, "c\nd\n"), "a\nc\nd\n");
  EXPECT_EQ(exchange(two, "e\n"), "b\ne\n");
  at(one).incoming_ended = true;
  turn(10);
  EXPECT_FALSE(at(one).open);
}

TEST_P(StreamServerTest, SaysWhyItCannotListenOrStart) {
  TcpServer other(echo_lines, {}, log, kernel);
  EXPECT_NE(other.listen("unix:/tmp/s").error().message.find("Unix"), std::string::npos);
  EXPECT_FALSE(other.listen("example.org:80"));
  TcpServer wrong(echo_lines, {.max_connections = 0}, log, kernel);
  EXPECT_NE(wrong.start().error().message.find("max_connections"), std::string::npos);
}

TEST_P(StreamServerTest, AStartThatFailsHalfWayAcceptsNothing) {
  server = std::make_unique<TcpServer>(echo_lines, options, log, kernel);
  ASSERT_TRUE(server->listen("127.0.0.1:7000"));
  ASSERT_TRUE(server->listen("127.0.0.1:7001"));
  kernel.fail("epoll_ctl", 2, ENOMEM);
  EXPECT_FALSE(server->start_on(*loop));
  kernel.connect_to(kernel.listeners()[0]);
  turn();
  EXPECT_EQ(server->statistics().accepted, 0u);
  server.reset();
}

INSTANTIATE_TEST_SUITE_P(, StreamServerTest,
                         testing::Values(loop::TransferKind::Syscall, loop::TransferKind::IoUring),
                         [](const auto& each) {
                           return each.param == loop::TransferKind::Syscall ? "Syscall" : "IoUring";
                         });

TEST(StreamServerOptions, SayWhatIsWrong) {
  EXPECT_TRUE(StreamServerOptions().check());
  const auto fault = [](auto change) {
    StreamServerOptions options;
    change(options);
    const auto checked = options.check();
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(fault([](auto& o) { o.threads = 0; }), "threads must be at least 1");
  EXPECT_EQ(fault([](auto& o) { o.threads = 10'000; }), "");
  EXPECT_EQ(fault([](auto& o) { o.threads = 10'001; }), "threads must be at most 10000");
  EXPECT_EQ(fault([](auto& o) { o.socket_mode = "rw"; }),
            "'rw' is not a socket mode; write octal digits up to 777, such as 660");
  EXPECT_EQ(fault([](auto& o) { o.socket_mode = "1777"; }),
            "'1777' is not a socket mode; write octal digits up to 777, such as 660");
  EXPECT_NE(fault([](auto& o) { o.drain_timeout = 0s; }), "");
  EXPECT_NE(fault([](auto& o) { o.stream.read_timeout = 0s; }), "");
}

TEST(StreamServerOptions, AreAllInTheTable) {
  StreamServerOptions options;
  base::OptionTable table;
  options.describe(table);
  EXPECT_TRUE(table.set("max_connections", "7"));
  EXPECT_TRUE(table.set("when_full", "refuse"));
  EXPECT_TRUE(table.set("max_read_bytes", "1K"));
  EXPECT_EQ(options.max_connections, 7u);
  EXPECT_EQ(options.when_full, Admission::Refuse);
  EXPECT_EQ(options.stream.max_read_bytes, 1024u);
}

}  // namespace
}  // namespace mastic::sockets
