#include "mastic/server/http1/http1_fixture_testing.h"

namespace mastic::server {
namespace {

// ---- answers ----

TEST_P(Http1ConnectionTest, AnswersAndKeepsTheConnection) {
  for (int i = 0; i < 3; ++i) {
    const auto answers = talk(kGet);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].status, Status::Ok);
    EXPECT_EQ(answers[0].content, "hello\n");
    EXPECT_TRUE(answers[0].keep_alive);
  }
  EXPECT_FALSE(is_ending());
}

TEST_P(Http1ConnectionTest, WritesOnlyTheRequiredFields) {
  open();
  server->send(fd, kGet);
  EXPECT_EQ(server->take(fd),
            "HTTP/1.1 200 OK\r\nDate: Wed, 11 Feb 1970 16:00:00 GMT\r\nContent-Length: 6\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n\r\nhello\n");
}

TEST_P(Http1ConnectionTest, AnswersPipelinedRequestsInOrderAndTogether) {
  open();
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += i % 2 == 0 ? kGet : post("/echo", std::to_string(i));
  const auto answers = talk(requests);
  ASSERT_EQ(answers.size(), 20u);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(answers[i].content, i % 2 == 0 ? "hello\n" : std::to_string(i));
  }
  EXPECT_EQ(server->kernel.calls("send"), 1);
}

TEST_P(Http1ConnectionTest, KeepsTheOrderWhenAnEarlierRequestWaits) {
  const auto none = talk("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  EXPECT_TRUE(none.empty());
  server->pass(100ms);
  const auto answers = responses();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].content, "waited");
  EXPECT_EQ(answers[1].content, "hello\n");
}

TEST_P(Http1ConnectionTest, NeverSendsContentWhereThereIsNone) {
  const auto head = talk("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + kGet, {Method::Head});
  ASSERT_EQ(head.size(), 2u);
  EXPECT_NE(head[0].head.find("Content-Length: 6"), std::string::npos);
  EXPECT_EQ(head[0].content, "");
  EXPECT_EQ(head[1].content, "hello\n");
  const auto empty = talk(
      "GET /empty HTTP/1.1\r\nHost: a\r\n\r\nGET /modified HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  ASSERT_EQ(empty.size(), 3u);
  EXPECT_EQ(empty[0].head.find("Content-Length"), std::string::npos);
  EXPECT_NE(empty[1].head.find("Content-Length: 7"), std::string::npos);
  EXPECT_EQ(empty[2].content, "hello\n");
  const auto reset = talk("GET /reset HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  ASSERT_EQ(reset.size(), 2u);
  EXPECT_EQ(reset[0].status, Status::ResetContent);
  EXPECT_NE(reset[0].head.find("Content-Length: 0\n"), std::string::npos) << reset[0].head;
  EXPECT_EQ(reset[1].content, "hello\n");
}

TEST_P(Http1ConnectionTest, StreamsInChunksAndForHttp10UntilItCloses) {
  const auto chunked = talk("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(chunked.size(), 1u);
  EXPECT_NE(chunked[0].head.find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_EQ(chunked[0].content, "pppppppppppp");
  EXPECT_FALSE(is_ending());
  const auto closing = talk("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_EQ(closing.size(), 1u);
  EXPECT_EQ(closing[0].content, "pppppppppppp");
  EXPECT_TRUE(is_ending());
}

TEST_P(Http1ConnectionTest, AnEmptyPieceDoesNotEndTheContent) {
  open_on(App([](Request&) {
    return Response(Status::Ok,
                    app::Body::produced_by([n = 0]() mutable -> std::optional<std::string> {
                      constexpr const char* kPieces[] = {"one", "", "two"};
                      return n == 3 ? std::nullopt : std::optional<std::string>(kPieces[n++]);
                    }));
  }));
  EXPECT_EQ(talk(kGet).at(0).content, "onetwo");
}

TEST_P(Http1ConnectionTest, ClosesAfterContentOfUnknownLengthForHttp10) {
  open_on(App([](Request&) {
    return Response(Status::Ok, app::Body::produced_by([n = 0]() mutable {
                      return n++ == 0 ? std::optional<std::string>("all") : std::nullopt;
                    }))
        .set("Content-Length", "many");
  }));
  EXPECT_EQ(talk("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").at(0).content, "all");
  EXPECT_TRUE(is_ending());
}

TEST_P(Http1ConnectionTest, AMalformedHeadIsAnsweredWithoutContent) {
  open();
  server->send(fd, "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n");
  const std::string answer = server->take(fd);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_P(Http1ConnectionTest, AnswersTheGoodRequestsBeforeABadOne) {
  const auto answers = talk(kGet + kGet + "GET / HTTP/1.1\r\nHost : a\r\n\r\n" + kGet);
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].content, "hello\n");
  EXPECT_EQ(answers[1].content, "hello\n");
  EXPECT_EQ(answers[2].status, Status::BadRequest);
  EXPECT_TRUE(is_ending());
}

TEST_P(Http1ConnectionTest, KeepsAnHttp10ConnectionOnlyWhenAsked) {
  const auto kept = talk("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(kept[0].head.find("Connection: keep-alive"), std::string::npos);
  EXPECT_FALSE(is_ending());
  const auto closed = talk("GET / HTTP/1.0\r\n\r\n");
  EXPECT_NE(closed[0].head.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(is_ending());
}

TEST_P(Http1ConnectionTest, AbortsWhenTheProducerFails) {
  open();
  server->send(fd, "GET /broken-stream HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(is_open());
  server->pass(10ms);
  EXPECT_FALSE(is_open());
  const std::string sent = server->take(fd);
  EXPECT_NE(sent.find("first"), std::string::npos);
  EXPECT_FALSE(read_responses(sent));  // the last chunk is missing
  ASSERT_FALSE(server->log.lines.empty());
  EXPECT_NE(server->log.lines[0].find("in the middle"), std::string::npos);
}

TEST_P(Http1ConnectionTest, AnswersAnExceptionAndContinues) {
  const auto answers = talk("GET /throw HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].status, Status::InternalServerError);
  EXPECT_EQ(answers[0].content.find("oops"), std::string::npos);
  EXPECT_EQ(answers[1].content, "hello\n");
}

TEST_P(Http1ConnectionTest, SendsInterimResponsesFirst) {
  const auto answers = talk(post("/inform", ""));
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].status, Status::EarlyHints);
  EXPECT_NE(answers[0].head.find("rel=preload"), std::string::npos);
  EXPECT_EQ(answers[1].content, "informed");
  EXPECT_EQ(talk("POST /inform HTTP/1.0\r\n\r\n").size(), 1u);
}

TEST_P(Http1ConnectionTest, AMalformedRequestAffectsNoOtherClient) {
  open();
  const int other = server->connect();
  server->send(fd, "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n" + kGet);
  const auto refused = responses();
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].status, Status::BadRequest);
  EXPECT_EQ(refused[0].content,
            "400 Bad Request\n\nthere is white space before the colon of a field\n");
  EXPECT_TRUE(is_ending());
  server->send(other, kGet);
  EXPECT_EQ(read_responses(server->take(other))->at(0).content, "hello\n");
}

TEST_P(Http1ConnectionTest, InvalidPathsAreAnsweredAndTheConnectionIsKept) {
  const auto answers = talk(
      "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n" +
      post("/a/%2e%2e/%2e%2e/b", "body is not a request") + kGet);
  ASSERT_EQ(answers.size(), 5u);
  EXPECT_EQ(answers[0].status, Status::BadRequest);
  EXPECT_NE(answers[0].content.find("a broken escape"), std::string::npos);
  EXPECT_EQ(answers[1].status, Status::BadRequest);
  EXPECT_NE(answers[1].content.find("an escaped control character"), std::string::npos);
  EXPECT_EQ(answers[2].status, Status::NotFound);
  EXPECT_EQ(answers[3].status, Status::NotFound);
  EXPECT_EQ(answers[4].content, "hello\n");
}

TEST_P(Http1ConnectionTest, ReportsRequestsThatTheApplicationNeverSees) {
  open();
  std::vector<std::string> told;
  server->shard->observe_rejections([&](const app::RejectedRequest& rejected) {
    EXPECT_EQ(rejected.client.ip.to_string(), "127.0.0.1");
    EXPECT_GT(rejected.content_bytes, 0u);
    told.push_back(std::string(rejected.method) + " " + std::string(rejected.target) + " " +
                   std::to_string(code(rejected.status)));
  });
  server->send(fd, kGet + "GET /../x HTTP/1.1\r\nHost: a\r\n\r\n" +
                       "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
  server->send(server->connect(), "GET / HTTP/1.1\r\n\r\n");
  server->send(server->connect(), "GET /slow");
  server->pass(11s);
  const std::vector<std::string> expected{"GET /../x 404", "CONNECT a:1 501", "  400", "  408"};
  EXPECT_EQ(told, expected);
}

// ---- the end of an exchange ----

TEST_P(Http1ConnectionTest, CallsFinishersAfterTheLastByte) {
  std::vector<app::Outcome> outcomes;
  open_on(App([&](Request& request) {
    request.on_finish([&](const app::Outcome& outcome) { outcomes.push_back(outcome); });
    return std::string(50'000, 'x');
  }));
  server->at(fd).room = 10'000;
  server->send(fd, kGet);
  EXPECT_TRUE(outcomes.empty());
  server->kernel.advance(3s);
  server->at(fd).room = SIZE_MAX;
  server->turn(5);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_TRUE(outcomes[0].complete);
  EXPECT_EQ(outcomes[0].content_bytes, 50'000u);
  EXPECT_EQ(outcomes[0].duration, 3s);
  EXPECT_EQ(server->shard->exchanges(), 0u);
}

TEST_P(Http1ConnectionTest, CallsFinishersWhenTheProducerEndsAfterTheLastByte) {
  std::vector<app::Outcome> outcomes;
  open_on(App([&](Request& request) {
    request.on_finish([&](const app::Outcome& outcome) { outcomes.push_back(outcome); });
    return Response(Status::Ok,
                    app::Body::produced_by([n = 0]() mutable -> Task<std::optional<std::string>> {
                      if (n++ == 0) co_return "12345678";
                      co_await async::sleep_for(10ms);
                      co_return std::nullopt;
                    }))
        .set("Content-Length", "8");
  }));
  EXPECT_EQ(talk(kGet).at(0).content, "12345678");
  server->pass(20ms);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_TRUE(outcomes[0].complete);
  EXPECT_EQ(server->shard->exchanges(), 0u);
}

TEST_P(Http1ConnectionTest, SendsNoInterimResponseIntoAnAnswer) {
  bool refused = false;
  open_on(App([&](Request& request) {
    return Response(Status::Ok, app::Body::produced_by([&]() -> Task<std::optional<std::string>> {
                      if (refused) co_return std::nullopt;
                      try {
                        co_await request.inform(Status::EarlyHints, {});
                      } catch (const std::logic_error&) {
                        refused = true;
                      }
                      co_return "content";
                    }));
  }));
  EXPECT_EQ(talk(kGet).at(0).content, "content");
  EXPECT_TRUE(refused);
}

TEST_P(Http1ConnectionTest, CallsFinishersOfAnAbortWithTheBytesSent) {
  std::vector<app::Outcome> outcomes;
  open_on(App([&](Request& request) {
    request.on_finish([&](const app::Outcome& outcome) { outcomes.push_back(outcome); });
    return std::string(50'000, 'x');
  }));
  server->at(fd).room = 10'000;
  server->send(fd, kGet);
  server->at(fd).recv_error = ECONNRESET;
  server->turn(5);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_FALSE(outcomes[0].complete);
  EXPECT_LT(outcomes[0].content_bytes, 10'000u);
  EXPECT_GT(outcomes[0].content_bytes, 9'000u);
}

TEST_P(Http1ConnectionTest, CorrectsAndLogsMistakesOfHandlers) {
  open_on(App([](Request& request) {
    if (request.path() == "/length") return Response::text("four").set("Content-Length", "9");
    if (request.path() == "/chunked")
      return Response::text("x").set("Transfer-Encoding", "chunked");
    if (request.path() == "/status") return Response(static_cast<Status>(42));
    return Response::text("x").set("Connection", "close").set("Keep-Alive", "timeout=5");
  }));
  for (const char* path : {"/length", "/chunked", "/status", "/other"}) {
    server->send(fd, "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto answers = responses();
    ASSERT_EQ(answers.size(), 1u) << path;
    EXPECT_TRUE(answers[0].keep_alive) << path;
  }
  EXPECT_EQ(server->log.lines.size(), 2u);
}

TEST_P(Http1ConnectionTest, TruncatesContentThatIsTooLongAndAbortsIfItIsTooShort) {
  open_on(App([&](Request& request) {
    Response response(Status::Ok, pieces(3, 4, asked));
    return std::move(response.set("Content-Length", request.path() == "/long" ? "10" : "20"));
  }));
  server->send(fd, "GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(responses().at(0).content, "pppppppppp");
  server->send(fd, "GET /short HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_FALSE(is_open());
}

TEST_P(Http1ConnectionTest, ClosesAfterMaxRequestsPerConnection) {
  Options options;
  options.max_requests_per_connection = 2;
  open(options);
  EXPECT_TRUE(talk(kGet)[0].keep_alive);
  EXPECT_FALSE(talk(kGet + kGet).at(0).keep_alive);
  EXPECT_TRUE(is_ending());
}

MASTIC_FOR_BOTH_TRANSFERS(Http1ConnectionTest);

}  // namespace
}  // namespace mastic::server
