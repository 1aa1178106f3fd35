#include "mastic/server/http1/http1_fixture_testing.h"

namespace mastic::server {
namespace {

struct Http1DisconnectTest : Http1ConnectionTest {};

TEST_P(Http1DisconnectTest, AnswersAClientThatOnlyEndedItsSide) {
  open();
  server->at(fd).incoming_ended = true;
  server->send(fd, "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  server->pass(100ms);
  const auto answers = responses();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].content, "waited");
  EXPECT_EQ(answers[1].content, "hello\n");
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DisconnectTest, ClosesWhenAClientEndsWithinARequest) {
  for (const std::string incomplete : {"GET / HT",
                                       "POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Le"
                                       "ngth: 5\r\n\r\nxx"}) {
    open();
    server->send(fd, "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n" + incomplete);
    server->at(fd).incoming_ended = true;
    server->turn(3);
    server->pass(100ms);
    EXPECT_EQ(responses().at(0).content, "waited");
    EXPECT_FALSE(is_open()) << incomplete;
  }
}

TEST_P(Http1DisconnectTest, AnswersWaitingRequestsAfterTheClientEndedItsSide) {
  open();
  server->at(fd).room = 0;
  for (int i = 0; i < 10; ++i) {
    server->at(fd).incoming.emplace_back("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  server->at(fd).incoming_ended = true;
  server->turn(20);
  server->at(fd).room = SIZE_MAX;
  server->turn(50);
  EXPECT_EQ(responses().size(), 10u);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DisconnectTest, CancelsTheHandlerOfAClientThatWasReset) {
  bool cancelled = false;
  app::Outcome outcome{.complete = true};
  open_on(App([&](Request& request) -> Task<std::string> {
    request.on_finish([&](const app::Outcome& end) { outcome = end; });
    try {
      co_await async::sleep_for(1h);
    } catch (const async::Cancelled&) {
      cancelled = true;
    }
    co_return "too late";
  }));
  server->send(fd, kGet);
  server->at(fd).recv_error = ECONNRESET;
  server->turn(5);
  EXPECT_TRUE(cancelled);
  EXPECT_FALSE(outcome.complete);
  EXPECT_FALSE(is_open());
  EXPECT_EQ(server->shard->exchanges(), 0u);
}

TEST_P(Http1DisconnectTest, FiresTheStopTokenWhenTheClientEndsItsSide) {
  bool fired = false;
  open_on(App([&](Request& request) -> Task<std::string> {
    const std::stop_callback callback(request.stop_token(), [&] { fired = true; });
    co_await async::sleep_for(50ms);
    co_return "answered";
  }));
  server->send(fd, kGet);
  EXPECT_FALSE(fired);
  server->at(fd).incoming_ended = true;
  server->turn(3);
  EXPECT_TRUE(fired);
  server->pass(50ms);
  EXPECT_EQ(responses().at(0).content, "answered");
}

TEST_P(Http1DisconnectTest, TellsTheHandlerThatContentWasCutShort) {
  open();
  server->at(fd).incoming_ended = true;
  const auto answers = talk("POST /pull HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].status, Status::BadRequest);
  EXPECT_FALSE(is_open());
}

TEST_P(Http1DisconnectTest, LeavesNothingBehindWhereverTheClientDisconnects) {
  const std::string requests =
      kGet + post("/pull", std::string(50, 'x')) + "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n" +
      "GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET /wait HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const int error : {0, ECONNRESET}) {
    for (std::size_t cut = 0; cut <= requests.size(); ++cut) {
      open();
      server->at(fd).room = 3000;
      if (cut > 0) server->at(fd).incoming.push_back(requests.substr(0, cut));
      server->turn(static_cast<int>(cut % 4));
      error == 0 ? static_cast<void>(server->at(fd).incoming_ended = true)
                 : static_cast<void>(server->at(fd).recv_error = error);
      server->at(fd).room = error == 0 ? SIZE_MAX : 0;
      server->turn(10);
      server->pass(200ms);
      ASSERT_FALSE(is_open()) << "cut at " << cut;
      ASSERT_EQ(server->shard->exchanges(), 0u) << "cut at " << cut;
      ASSERT_EQ(server->counters.connections(), 0u);
    }
  }
}

MASTIC_FOR_BOTH_TRANSFERS(Http1DisconnectTest);

}  // namespace
}  // namespace mastic::server
