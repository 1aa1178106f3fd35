#include "mastic/server/http1_fixture_testing.h"

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

TEST_P(Http1DeadlineTest, ClosesEachConnectionThatWaitsWhenItsOwnTimeIsOver) {
  (void)talk(kGet);
  server->pass(30s);
  const int silent = server->connect();
  const int other = server->connect();
  server->send(other, kGet);
  server->pass(5s);
  (void)talk(kGet);  // so it waits for longer than the other, which came later
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

TEST_P(Http1DeadlineTest, LetsNoDeadlineOfOneConnectionFallOnTheNext) {
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

TEST_P(Http1DeadlineTest, AnswersASlowHeaderWith408HoweverOftenItsBytesCome) {
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
  EXPECT_EQ(responses().at(0).status, Status::RequestTimeout);
  EXPECT_TRUE(is_ending());
}

TEST_P(Http1DeadlineTest, LetsABodyComeAtTheLeastRate) {
  open();
  server->send(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 36000\r\n\r\n");
  for (int i = 0; i < 60; ++i) {
    server->send(fd, std::string(600, 'x'));
    server->pass(1s);
  }
  EXPECT_EQ(responses().at(0).content.size(), 36'000u);
}

TEST_P(Http1DeadlineTest, AbortsAClientThatTakesNothing) {
  open();
  server->at(fd).room = 100;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  server->pass(29s);
  EXPECT_TRUE(is_open());
  server->pass(2s);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, AbortsAClientThatTakesTooLittle) {
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

TEST_P(Http1DeadlineTest, SendsAllToAClientThatTakesItSlowly) {
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

TEST_P(Http1DeadlineTest, LetsNothingThatComesLateCutTheLastAnswer) {
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

TEST_P(Http1DeadlineTest, TakesAnEmptyLineBetweenRequestsForNothing) {
  (void)talk(kGet + "\r\n");
  server->pass(59s);
  EXPECT_TRUE(is_open());
  EXPECT_EQ(talk(kGet).at(0).content, "hello\n");
  server->send(fd, "\r\n");
  server->pass(61s);
  EXPECT_FALSE(is_open());
  EXPECT_EQ(server->take(fd), "") << "an answer that nobody asked for";
}

TEST_P(Http1DeadlineTest, KeepsAConnectionAsLongAfterPipelinedRequests) {
  EXPECT_EQ(talk(kGet + "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n").size(), 2u);
  server->pass(59s);
  EXPECT_TRUE(is_open());
  server->pass(2s);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DeadlineTest, CountsFromTheEndOfAHandlerThatTookLong) {
  LaneFixture* slow = nullptr;
  server = std::make_unique<LaneFixture>(App([&] {
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

TEST_P(Http1DeadlineTest, DoesNotWaitLongForContentThatNobodyReads) {
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

TEST_P(Http1DeadlineTest, ReadsOnForAWhileAfterTheLastAnswer) {
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

TEST_P(Http1DeadlineTest, DoesNotReadOnForEver) {
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

TEST_P(Http1DeadlineTest, ClosesAtOnceWhenTheClientEndsToo) {
  open();
  server->at(fd).incoming_ended = true;
  server->send(fd, "BROKEN\r\n\r\n");
  EXPECT_FALSE(is_open());
}

MASTIC_FOR_BOTH_TRANSFERS(Http1DeadlineTest);

}  // namespace
}  // namespace mastic::server
