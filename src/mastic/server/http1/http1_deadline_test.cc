// Over 500 lines because every deadline of a connection is tested in one place.

#include "mastic/server/http1/http1_fixture_testing.h"

namespace mastic::server {
namespace {

struct Http1DeadlineTest : Http1ConnectionTest {};

TEST_P(Http1DeadlineTest, ClosesAnIdleConnectionQuietly) {
  (void)talk(kGet);
  server->pass(59s);
  EXPECT_TRUE(is_open());
  server->pass(2s);
  EXPECT_FALSE(is_open());
  EXPECT_EQ(server->take(fd), "");
}

TEST_P(Http1DeadlineTest, ClosesAConnectionThatNeverSpeaks) {
  open();
  server->pass(11s);
  EXPECT_FALSE(is_open());
  EXPECT_EQ(server->take(fd), "");
}

TEST_P(Http1DeadlineTest, ClosesEachWaitingConnectionAtItsOwnDeadline) {
  (void)talk(kGet);
  server->pass(30s);
  const int silent = server->connect();
  const int other = server->connect();
  server->send(other, kGet);
  server->pass(5s);
  (void)talk(kGet);  // so it waits longer than `other`, which connects later
  const auto open_ones = [&] {
    return std::vector{server->at(silent).open, server->at(other).open, is_open()};
  };
  server->pass(4s);
  EXPECT_EQ(open_ones(), (std::vector{true, true, true}));
  server->pass(2s);
  EXPECT_EQ(open_ones(), (std::vector{false, true, true}));
  server->pass(48s);
  EXPECT_EQ(open_ones(), (std::vector{false, true, true}));
  server->pass(2s);
  EXPECT_EQ(open_ones(), (std::vector{false, false, true}));
  server->pass(5s);
  EXPECT_EQ(open_ones(), (std::vector{false, false, false}));
}

TEST_P(Http1DeadlineTest, DoesNotApplyADeadlineToTheNextConnection) {
  open();
  server->send(fd, kGet.substr(0, 10));
  server->pass(5s);
  EXPECT_EQ(talk(kGet.substr(10)).size(), 1u);
  const int next = server->connect();
  server->send(next, kGet.substr(0, 10));
  server->pass(9s);
  EXPECT_EQ(server->take(next), "");
  server->pass(2s);
  EXPECT_TRUE(server->take(next).starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(is_open());
}

TEST_P(Http1DeadlineTest, AnswersASlowHeaderWith408EvenIfBytesKeepArriving) {
  open();
  for (const char c : std::string_view("GET / HTT")) {
    server->send(fd, std::string(1, c));
    server->pass(1s);
  }
  EXPECT_EQ(server->take(fd), "");
  server->pass(2s);
  EXPECT_EQ(responses().at(0).status, Status::RequestTimeout);
  EXPECT_TRUE(is_ending());
}

TEST_P(Http1DeadlineTest, AnswersASlowBodyWith408) {
  open();
  server->send(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  for (int i = 0; i < 19; ++i) {
    server->send(fd, "x");
    server->pass(1s);
  }
  EXPECT_EQ(server->take(fd), "");
  server->pass(2s);
  const auto answers = responses();
  EXPECT_EQ(answers.at(0).status, Status::RequestTimeout);
  EXPECT_EQ(answers.at(0).content, "408 Request Timeout\n\nthe content came too slowly\n");
  EXPECT_TRUE(server->log.text().contains("info app: POST /echo: the content came too slowly"));
  EXPECT_TRUE(is_ending());
}

TEST_P(Http1DeadlineTest, AcceptsABodyAtTheMinimumRate) {
  open();
  server->send(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 36000\r\n\r\n");
  for (int i = 0; i < 60; ++i) {
    server->send(fd, std::string(600, 'x'));
    server->pass(1s);
  }
  EXPECT_EQ(responses().at(0).content.size(), 36'000u);
}

TEST_P(Http1DeadlineTest, AbortsAClientThatReadsNothing) {
  open();
  server->at(fd).room = 100;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  server->pass(29s);
  EXPECT_TRUE(is_open());
  server->pass(2s);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, AbortsAClientThatReadsTooSlowly) {
  open();
  server->at(fd).room = 490;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 59; ++i) {
    server->at(fd).room = 490;
    server->pass(1s);
  }
  EXPECT_TRUE(is_open());
  server->at(fd).room = 490;
  server->pass(2s);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, SendsEverythingToASlowClient) {
  open();
  server->at(fd).room = 0;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 190; ++i) {  // three times as long as an idle connection is kept
    server->at(fd).room = 550;
    server->pass(1s);
  }
  EXPECT_EQ(responses().at(0).content.size(), 100'000u);
  EXPECT_TRUE(is_open());
}

/// The kernel has room for megabytes, and takes no more until much of that was read.
TEST_P(Http1DeadlineTest, LetsAClientSlowlyReadWhatTheKernelHolds) {
  open();
  server->at(fd).room = 90'000;
  server->at(fd).unacknowledged = 90'000;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 150; ++i) {
    server->at(fd).unacknowledged -= 550;
    server->pass(1s);
  }
  EXPECT_TRUE(is_open());
  server->at(fd).room = SIZE_MAX;
  server->at(fd).unacknowledged = 0;
  server->pass(1s);
  EXPECT_EQ(responses().at(0).content.size(), 100'000u);
}

TEST_P(Http1DeadlineTest, IsNotMisledByAFillingBuffer) {
  open();
  server->at(fd).room = 50'000;
  server->at(fd).unacknowledged = 50'000;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 29; ++i) {  // the kernel finds more room, and the client reads nothing
    server->at(fd).room = 100;
    server->at(fd).unacknowledged += 100;
    server->pass(1s);
  }
  EXPECT_TRUE(is_open());
  server->pass(2s);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, AbortsAClientThatStopsReading) {
  open();
  server->at(fd).room = 50'000;
  server->at(fd).unacknowledged = 50'000;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    server->at(fd).unacknowledged -= 2000;
    server->pass(1s);
  }
  server->pass(29s);
  EXPECT_TRUE(is_open());
  server->pass(9s);  // the client is checked four times in each timeout
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, QueriesTheKernelOnlyWhenAnAnswerDoesNotFit) {
  open();
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  (void)talk(kGet);
  EXPECT_EQ(server->kernel.calls("siocoutq"), 0);
}

TEST_P(Http1DeadlineTest, AProxyMayStallForMinutes) {
  Options options;
  options.proxy = {*base::IpNetwork::parse("127.0.0.0/8")};
  open(options);
  server->at(fd).room = 50'000;
  server->at(fd).unacknowledged = 50'000;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  server->pass(14min);
  EXPECT_TRUE(is_open());
  server->at(fd).unacknowledged -= 1;
  server->pass(14min);
  EXPECT_TRUE(is_open());
  server->pass(5min);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, AProxyThatReadsNothingIsAborted) {
  Options options;
  options.proxy = {*base::IpNetwork::parse("127.0.0.1")};
  options.proxy_write_stall_timeout = 5min;
  open(options);
  server->at(fd).room = 100;
  server->at(fd).unacknowledged = 100;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  server->pass(299s);
  EXPECT_TRUE(is_open());
  server->pass(2s);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, OnlyConfiguredPeersAreProxies) {
  Options options;
  options.proxy = {*base::IpNetwork::parse("10.0.0.0/8"), *base::IpNetwork::parse("2001:db8::1")};
  open(options);
  server->at(fd).room = 100;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  server->pass(31s);
  EXPECT_FALSE(is_open());
  EXPECT_TRUE(options.is_proxy(*base::IpAddress::parse("10.9.8.7")));
  EXPECT_TRUE(options.is_proxy(*base::IpAddress::parse("2001:db8::1")));
  EXPECT_FALSE(options.is_proxy(*base::IpAddress::parse("2001:db8::2")));
  EXPECT_TRUE(Options().is_proxy(base::IpAddress())) << "a peer on a Unix socket";
}

/// After a close, the kernel would reset the connection if the client sent something, and the
/// answer would be lost.
TEST_P(Http1DeadlineTest, DoesNotCloseBeforeASlowClientHasTheLastAnswer) {
  open();
  server->at(fd).unacknowledged = 90'000;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(server->at(fd).write_shut);
  for (int i = 0; i < 100; ++i) {
    server->at(fd).unacknowledged -= 900;
    server->send(fd, std::string(1000, 'x'));
    server->pass(1s);
    ASSERT_TRUE(is_open()) << i;
  }
  server->pass(2s);  // the server sees that everything has left
  EXPECT_TRUE(is_open());
  server->pass(3s);  // then the client has time to end its side
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, AbortsAClientThatDoesNotReadTheLastAnswer) {
  open();
  server->at(fd).unacknowledged = 90'000;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  server->pass(31s);
  EXPECT_TRUE(is_open());
  server->pass(2s);  // the check began when the connection had lingered for 2 s
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, AFloodDoesNotCutOffTheAnswerInTheKernel) {
  open();
  server->at(fd).unacknowledged = 90'000;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  server->send(fd, std::string(70'000, 'x'));
  EXPECT_TRUE(is_open());
  server->at(fd).incoming.emplace_back(70'000, 'x');
  server->turn(4);
  EXPECT_FALSE(server->at(fd).incoming.empty()) << "the server reads no more than it has to";
  server->at(fd).unacknowledged = 0;
  server->pass(3s);
  EXPECT_FALSE(is_open()) << "the client has everything, and sends too much";
}

TEST_P(Http1DeadlineTest, AnIdleConnectionStaysWhileItsAnswerIsRead) {
  open();
  server->at(fd).unacknowledged = 90'000;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 90; ++i) {
    server->at(fd).unacknowledged -= 1000;
    server->pass(1s);
    ASSERT_TRUE(is_open()) << i;
  }
  EXPECT_TRUE(server->at(fd).write_shut) << "as after keep_alive_timeout";
  server->pass(5s);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, ADrainLeavesTheRestToTheKernel) {
  open();
  server->at(fd).unacknowledged = 90'000;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  server->pass(10s);
  EXPECT_TRUE(is_open());
  server->shard->drain();
  server->pass(5s);
  EXPECT_FALSE(is_open());
  EXPECT_TRUE(server->at(fd).write_shut) << "not aborted";
}

TEST_P(Http1DeadlineTest, LateBytesDoNotCutOffTheLastAnswer) {
  open();
  server->at(fd).room = 0;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  server->send(fd, "\r\n");
  for (int i = 0; i < 20; ++i) {
    server->at(fd).room = 6000;
    server->send(fd, std::string(10'000, 'x'));
    server->pass(1s);
  }
  EXPECT_EQ(responses().at(0).content.size(), 100'000u);
  server->pass(11s);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, IgnoresAnEmptyLineBetweenRequests) {
  (void)talk(kGet + "\r\n");
  server->pass(59s);
  EXPECT_TRUE(is_open());
  EXPECT_EQ(talk(kGet).at(0).content, "hello\n");
  server->send(fd, "\r\n");
  server->pass(61s);
  EXPECT_FALSE(is_open());
  EXPECT_EQ(server->take(fd), "") << "an answer without a request";
}

TEST_P(Http1DeadlineTest, KeepsAConnectionJustAsLongAfterPipelinedRequests) {
  EXPECT_EQ(talk(kGet + "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n").size(), 2u);
  server->pass(59s);
  EXPECT_TRUE(is_open());
  server->pass(2s);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, CountsFromTheEndOfAHandlerThatTookLong) {
  ShardFixture* slow = nullptr;
  server = std::make_unique<ShardFixture>(App([&] {
                                            slow->kernel.advance(100s);
                                            return "at last";
                                          }),
                                          GetParam());
  slow = server.get();
  fd = server->connect();
  EXPECT_EQ(talk(kGet).at(0).content, "at last");
  server->pass(59s);
  EXPECT_TRUE(is_open());
}

TEST_P(Http1DeadlineTest, DoesNotWaitLongForUnreadContent) {
  open();
  server->send(fd, "POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
  EXPECT_EQ(responses().at(0).content, "ignored");
  server->pass(1900ms);
  EXPECT_FALSE(is_ending());
  server->pass(200ms);
  EXPECT_TRUE(is_ending());

  fd = server->connect();
  server->send(fd, "POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
  for (int i = 0; i < 9; ++i) {
    server->send(fd, "x");
    server->pass(1s);
  }
  EXPECT_FALSE(is_ending());
  server->send(fd, "x");
  server->pass(1100ms);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, LingersForAWhileAfterTheLastAnswer) {
  open();
  server->send(fd, "BROKEN\r\n\r\n");
  EXPECT_TRUE(server->at(fd).write_shut);
  server->send(fd, std::string(1000, 'x'));
  EXPECT_TRUE(is_open());
  server->pass(1900ms);
  EXPECT_TRUE(is_open());
  server->pass(200ms);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, DoesNotLingerForever) {
  open();
  server->send(fd, "BROKEN\r\n\r\n");
  for (int i = 0; i < 9; ++i) {
    server->send(fd, "x");
    server->pass(1s);
  }
  EXPECT_TRUE(is_open());
  server->send(fd, "x");
  server->pass(1s);
  EXPECT_FALSE(is_open());

  fd = server->connect();
  server->send(fd, "BROKEN\r\n\r\n");
  server->send(fd, std::string(70'000, 'x'));
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, LingersLongerForAnnouncedContentThatArrivesFast) {
  Options options;
  options.min_unread_rate = 1000;
  const std::string request = "POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n";
  open(options);
  server->send(fd, request);
  for (int i = 0; i < 40; ++i) {  // four times linger_total
    server->send(fd, std::string(1000, 'x'));
    server->pass(1s);
  }
  EXPECT_TRUE(is_open());
  server->pass(2s);
  EXPECT_FALSE(is_open()) << "the client sends nothing any more";

  fd = server->connect();
  server->send(fd, request);
  for (int i = 0; i < 19; ++i) {
    server->send(fd, std::string(500, 'x'));
    server->pass(1s);
  }
  EXPECT_TRUE(is_open());
  server->send(fd, std::string(500, 'x'));
  server->pass(2s);
  EXPECT_FALSE(is_open()) << "at half the rate it ends after twice linger_total";
}

TEST_P(Http1DeadlineTest, ClosesAtOnceWhenTheClientEndsItsSide) {
  open();
  server->at(fd).incoming_ended = true;
  server->send(fd, "BROKEN\r\n\r\n");
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, EveryDeadlineMayBeInfinite) {
  Options options;
  for (base::Duration* const each :
       {&options.header_timeout, &options.keep_alive_timeout, &options.body_grace,
        &options.write_stall_timeout, &options.linger_idle, &options.linger_total,
        &options.drain_idle, &options.drain_timeout, &options.hung_after, &options.cancel_after,
        &options.abandon_after}) {
    *each = base::Duration::max();
  }
  ASSERT_TRUE(options.check());
  open(options);
  const int silent = server->connect();
  const std::string request = post("/pull", "0123456789");
  server->send(fd, request.substr(0, 10));
  server->pass(10h);
  server->send(fd, request.substr(10, request.size() - 15));
  server->pass(10h);
  ASSERT_EQ(talk(request.substr(request.size() - 5)).at(0).content, "pulled 10");
  server->pass(10h);
  ASSERT_EQ(talk("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n").size(), 0u);
  server->pass(1s);
  ASSERT_EQ(responses().at(0).content, "waited");
  server->shard->drain();
  server->pass(10h);
  EXPECT_TRUE(is_open());
  EXPECT_TRUE(server->at(silent).open);
  EXPECT_EQ(talk(kGet).size(), 1u);
}

// ---- after the process was stopped, suspended or starved ----

TEST_P(Http1DeadlineTest, BytesThatArrivedWhileTheProcessWasStoppedAreInTime) {
  for (const bool is_interrupted : {false, true}) {
    open();
    std::vector<int> clients;
    for (int i = 0; i < 300; ++i) {
      clients.push_back(server->connect());
      server->at(clients.back()).incoming.emplace_back(kGet.substr(0, 10));
    }
    server->turn(10);
    for (const int client : clients) server->at(client).incoming.emplace_back(kGet.substr(10));
    if (is_interrupted) server->kernel.fail("epoll_wait", 1, EINTR);  // as by SIGCONT
    server->kernel.advance(12s);
    server->turn(10);
    int answered = 0;
    for (const int client : clients) answered += server->take(client).starts_with("HTTP/1.1 200 ");
    EXPECT_EQ(answered, 300);
  }
}

TEST_P(Http1DeadlineTest, ContentThatArrivedWhileTheProcessWasStoppedIsInTime) {
  open();
  const std::string request = post("/pull", std::string(20'000, 'x'));
  server->send(fd, request.substr(0, 100));
  server->at(fd).incoming.emplace_back(request.substr(100));
  server->kernel.advance(1h);
  server->turn(5);
  EXPECT_EQ(responses().at(0).content, "pulled 20000");
}

TEST_P(Http1DeadlineTest, AClientThatReadWhileTheProcessWasStoppedIsNotAborted) {
  open();
  server->at(fd).room = 1000;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  server->at(fd).room = SIZE_MAX;
  server->kernel.advance(1h);
  server->turn(5);
  EXPECT_EQ(responses().at(0).content.size(), 100'000u);
}

TEST_P(Http1DeadlineTest, AClientThatWasSilentWhileTheProcessWasStoppedIsTooLate) {
  open();
  server->send(fd, kGet.substr(0, 10));
  server->kernel.advance(12s);
  server->turn(3);
  EXPECT_TRUE(server->take(fd).starts_with("HTTP/1.1 408 "));
}

MASTIC_FOR_BOTH_TRANSFERS(Http1DeadlineTest);

}  // namespace
}  // namespace mastic::server
