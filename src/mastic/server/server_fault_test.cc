// Each call of the kernel fails in turn, and the loop is taken over at every job. Whatever happens
// to one connection, it leaves nothing behind, and the next client is served.

#include <cerrno>

#include "mastic/base/failures.h"
#include "mastic/server/http1/http1_fixture_testing.h"

namespace mastic::server {
namespace {

struct ServerFaultTest : testing::TestWithParam<loop::TransferKind> {};

/// Does everything that a connection can do, on two connections at the same time.
void exercise(ShardFixture& server) {
  const int first = server.connect();
  const int second = server.connect();
  const int third = server.connect();
  server.at(first).max_per_send = 30'000;
  server.at(second).room = 50'000;
  server.at(first).incoming = {
      kGet + kGet, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
      post("/pull", std::string(20'000, 'x')),
      "GET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /wait HTTP/1.1\r\nHost: a\r\n\r\n"};
  server.at(second).incoming = {post("/inform", "x"), "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n"};
  server.at(third).incoming = {kGet + kUpgrade + "one\n", "two\n", "QUIT\n"};
  server.turn(12);
  server.pass(std::chrono::milliseconds(150));
  if (server.at(second).open) server.at(second).recv_error = ECONNRESET;
  if (server.at(first).open) server.at(first).incoming = {"BROKEN\r\n\r\n"};
  server.turn(4);
  if (server.at(first).open) server.at(first).incoming_ended = true;
  server.turn(6);
}

TEST_P(ServerFaultTest, SurvivesTheFailureOfEverySingleCall) {
  const auto run = [&](base::Failures& failures) {
    int asked = 0;
    ShardFixture server(make_app(asked), GetParam());
    failures.fail_in(server.kernel);
    failures.during([&] { exercise(server); });
    EXPECT_EQ(read_responses(server.exchange(kGet))->at(0).content, "hello\n") << failures.text();
    server.shard->abort_all();
    server.turn(5);
    ASSERT_EQ(server.shard->exchanges(), 0u) << failures.text();
    ASSERT_EQ(server.counters.connections(), 0u) << failures.text();
    ASSERT_EQ(server.kernel.open_sockets(), 0u) << failures.text();
  };
  const auto count =
      base::for_each_failure(run, {.allocations = false, .errors = {EIO, ECONNRESET, ENOMEM}});
  ASSERT_GT(count.calls, 3u * 50u);
}

TEST_P(ServerFaultTest, ContinuesWithPlainCallsWhenTheRingFails) {
  std::string whole;
  int submits = 0;
  for (int nth = 0; nth <= submits; ++nth) {  // 0: none fails
    int asked = 0;
    ShardFixture server(make_app(asked), GetParam());
    const int fds[] = {server.connect(), server.connect(), server.connect()};
    if (nth > 0) server.kernel.fail("io_uring_submit_and_wait", nth, ENXIO);
    for (const int fd : fds) {
      server.at(fd).max_per_send = 30'000;
      server.at(fd).incoming = {kGet + kGet, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
                                post("/pull", std::string(20'000, 'x')),
                                "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", kGet};
    }
    server.turn(30);
    const int made = server.kernel.calls("io_uring_submit_and_wait");
    if (nth == 0) {
      whole = server.at(fds[0]).sent;
      submits = made;
    }
    ASSERT_EQ(read_responses(whole)->size(), 6u);
    for (const int fd : fds) EXPECT_EQ(server.take(fd), whole) << "without submit " << nth;
    EXPECT_EQ(made, nth == 0 ? submits : nth) << "a ring that has failed is not used again";
  }
  EXPECT_EQ(submits > 0, GetParam() == loop::TransferKind::IoUring);
}

TEST_P(ServerFaultTest, ServesWithPlainCallsWhenNoRingCanBeMade) {
  base::ScriptedKernel kernel;
  kernel.fail("io_uring_queue_init", 1, ENOMEM);
  const auto loop = loop::Loop::open(kernel, GetParam()).value();
  int asked = 0;
  const App app = make_app(asked);
  const Options options;
  RecordingLog log;
  ServerCounters counters;
  Shard shard(*loop, app, options, log, counters);
  const int fds[] = {kernel.make_socket(), kernel.make_socket()};
  for (const int fd : fds) {
    shard.adopt(std::make_unique<net::SocketStream>(*loop, base::Descriptor(kernel, fd)), {});
    kernel.at(fd).incoming = {kGet};
  }
  for (int i = 0; i < 4; ++i) (void)loop->turn(base::Duration::zero());
  for (const int fd : fds) EXPECT_EQ(read_responses(kernel.at(fd).sent)->at(0).content, "hello\n");
  shard.abort_all();
  for (int i = 0; i < 4; ++i) (void)loop->turn(base::Duration::zero());
}

/// Takes the loop from the thread that is inside the handler, so that its job returns to a loop
/// that has continued without it.
App stolen_everywhere(ShardFixture*& server, App inner) {
  const auto steal = [&server] { EXPECT_TRUE(server->loop->take(server->loop->look())); };
  return App([inner = std::move(inner), steal](Request& request) -> Task<Response> {
    steal();
    co_await async::sleep_for(std::chrono::milliseconds(1));
    steal();
    Response response = co_await inner(request);
    co_await async::sleep_for(std::chrono::milliseconds(1));
    steal();
    co_return response;
  });
}

TEST_P(ServerFaultTest, GivesTheSameAnswersWhenTheLoopIsTakenAtEveryJob) {
  const std::string requests[] = {kGet + kGet,
                                  post("/pull", std::string(50'000, 'x')),
                                  "GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
                                  "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n",
                                  post("/inform", ""),
                                  "GET /throw HTTP/1.1\r\nHost: a\r\n\r\n"};
  for (const std::string& request : requests) {
    std::vector<std::string> contents[2];
    for (const bool stolen : {false, true}) {
      int asked = 0;
      ShardFixture* stolen_from = nullptr;
      App app = make_app(asked);
      if (stolen) app = stolen_everywhere(stolen_from, std::move(app));
      ShardFixture server(std::move(app), GetParam());
      stolen_from = &server;
      const int fd = server.connect();
      server.send(fd, request);
      server.pass(std::chrono::milliseconds(20));
      const auto responses = read_responses(server.take(fd));
      ASSERT_TRUE(responses);
      for (const ReadResponse& response : *responses) {
        contents[stolen].push_back(std::to_string(code(response.status)) +
                                   (is_error(response.status) ? "" : response.content));
      }
    }
    EXPECT_EQ(contents[0], contents[1]) << request.substr(0, 20);
  }
}

TEST_P(ServerFaultTest, FreesAnExchangeWhoseConnectionEndedWhileItsThreadWasAway) {
  ShardFixture* server_now = nullptr;
  int fd = -1;
  App app([&](Request& request) {
    EXPECT_TRUE(server_now->loop->take(server_now->loop->look()));
    server_now->at(fd).recv_error = ECONNRESET;
    server_now->turn(3);  // another driver sees the reset and closes the connection
    EXPECT_FALSE(server_now->at(fd).open);
    return "too late, " + std::string(request.path());
  });
  ShardFixture server(std::move(app), GetParam());
  server_now = &server;
  fd = server.connect();
  server.at(fd).incoming = {kGet};
  server.turn(5);
  EXPECT_EQ(server.shard->exchanges(), 0u);
}

MASTIC_FOR_BOTH_TRANSFERS(ServerFaultTest);

}  // namespace
}  // namespace mastic::server
