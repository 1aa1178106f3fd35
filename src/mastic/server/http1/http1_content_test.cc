#include <sys/mman.h>
#include <unistd.h>

#include "mastic/async/with_timeout.h"
#include "mastic/server/http1/http1_fixture_testing.h"

namespace mastic::server {
namespace {

struct Http1ContentTest : Http1ConnectionTest {};

// ---- content of requests ----

TEST_P(Http1ContentTest, AcceptsContentInPiecesOfAnySize) {
  open();
  const std::string content(300'000, 'c');
  for (const std::string path : {"/echo", "/pull"}) {
    server->options.max_body_bytes = 1 << 20;
    const std::string request = post(path, content);
    for (std::size_t at = 0; at < request.size(); at += 7001)
      server->at(fd).incoming.push_back(request.substr(at, 7001));
    server->turn(150);
    const auto answers = responses();
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].content, path == "/echo" ? content : "pulled 300000");
  }
}

TEST_P(Http1ContentTest, RefusesContentBeyondTheLimit) {
  Options options;
  options.max_body_bytes = 10;
  open(options);
  EXPECT_EQ(talk(post("/echo", "0123456789"))[0].content, "0123456789");
  EXPECT_EQ(talk(post("/echo", "0123456789a"))[0].status, Status::ContentTooLarge);
  fd = server->connect();
  const auto chunked = talk(
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "6\r\n012345\r\n5\r\n6789a\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.at(0).status, Status::ContentTooLarge);
}

TEST_P(Http1ContentTest, NeverAsksForContentThatItWouldRefuse) {
  open();
  server->send(fd,
               "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
               "Content-Length: 2000000\r\n\r\n");
  const std::string answer = server->take(fd);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
  EXPECT_TRUE(is_ending());
}

TEST_P(Http1ContentTest, SendsNoContinueIntoAnAnswer) {
  server = std::make_unique<ShardFixture>(
      App([](Request& request) -> Task<Response> {
        co_return Response(Status::Ok,
                           app::Body::produced_by([&request]() -> Task<std::optional<std::string>> {
                             const auto piece = co_await request.body().next();
                             if (!piece) co_return std::nullopt;
                             co_return std::string(*piece);
                           }));
      }),
      GetParam());
  fd = server->connect();
  server->send(fd,
               "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
               "Content-Length: 5\r\n\r\n");
  server->send(fd, "hello");
  const std::string bytes = server->take(fd);
  EXPECT_EQ(bytes.find("100 Continue"), bytes.npos) << bytes;
  EXPECT_EQ(read_responses(bytes).value().at(0).content, "hello");
}

TEST_P(Http1ContentTest, RefusesAnnouncedContentBeyondTheLimitWithoutReadingIt) {
  open();
  const auto answers = talk("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].status, Status::ContentTooLarge);
  EXPECT_TRUE(is_ending());
}

TEST_P(Http1ContentTest, SendsContinueOnlyWhenTheHandlerReads) {
  open();
  const std::string expecting =
      " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
  server->send(fd, "POST /pull" + expecting);
  EXPECT_EQ(server->take(fd), "HTTP/1.1 100 Continue\r\n\r\n");
  const auto answers = talk("hello");
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].content, "pulled 5");
  EXPECT_FALSE(is_ending());

  const auto refused = talk("POST /ignore" + expecting);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].content, "ignored");
  EXPECT_TRUE(is_ending())
      << "the client may or may not send the content, so no request can follow";
}

TEST_P(Http1ContentTest, DiscardsUnreadContentAndNeverReadsItAsARequest) {
  const auto answers = talk(post("/ignore", std::string(20'000, 'x') + kGet) + kGet);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].content, "ignored");
  EXPECT_EQ(answers[1].content, "hello\n");
  EXPECT_FALSE(is_ending());
}

TEST_P(Http1ContentTest, ClosesWhenTooMuchContentIsUnread) {
  const auto answers = talk("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  EXPECT_EQ(answers[0].content, "ignored");
  EXPECT_FALSE(answers[0].keep_alive);
  EXPECT_TRUE(is_ending());
}

TEST_P(Http1ContentTest, ClosesWhenTooMuchChunkedContentIsUnread) {
  open();
  server->send(fd, "POST /ignore HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(responses().at(0).content, "ignored");
  server->send(fd, "20000\r\n" + kGet + std::string(70'000, 'x'));
  EXPECT_EQ(server->take(fd), "");
  EXPECT_TRUE(is_ending());
}

TEST_P(Http1ContentTest, StopsReadingWhileARequestIsAnswered) {
  Options options;
  options.max_pipelined_bytes = 1000;
  open(options);
  server->send(fd, "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 100; ++i) server->at(fd).incoming.push_back(std::string(100, 'x'));
  server->turn(50);
  EXPECT_GT(server->at(fd).incoming.size(), 80u);
}

TEST_P(Http1ContentTest, TellsTheHandlerThatContentIsMalformed) {
  const auto answers =
      talk("POST /pull HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX");
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].status, Status::BadRequest);
  EXPECT_TRUE(is_ending());
}

TEST_P(Http1ContentTest, NamesInAnswerAndLogWhyContentWasRefused) {
  const std::string chunked =
      "POST /pull?token=x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string flood;
  for (int i = 0; i < 4000; ++i) flood += "1\r\nx\r\n";
  const std::pair<std::string, std::string> cases[] = {
      {chunked + "5\r\nhelloX", "the chunked coding is malformed"},
      {chunked + flood, "the chunks have too little data for their framing"},
      {chunked + "5;" + std::string(2000, 'a'), "a chunk extension is too long"},
      {chunked + "0\r\nHost: b\r\n\r\n", "this field is not allowed in a trailer"},
  };
  open();
  for (const auto& [bytes, reason] : cases) {
    fd = server->connect();
    server->at(fd).incoming.emplace_back(bytes);
    server->turn(4000);
    const auto answers = responses();
    ASSERT_EQ(answers.size(), 1u) << reason;
    EXPECT_EQ(answers[0].status, Status::BadRequest);
    EXPECT_EQ(answers[0].content, "400 Bad Request\n\n" + reason + "\n");
    EXPECT_TRUE(server->log.text().contains("info app: POST /pull?token=***: " + reason)) << reason;
  }
  fd = server->connect();
  server->at(fd).incoming_ended = true;
  const auto cut = talk(chunked + "5\r\nhel");
  EXPECT_EQ(cut.at(0).content, "400 Bad Request\n\nthe content ended before it was complete\n");
}

// ---- a client that sends all its content before it reads the answer ----

TEST_P(Http1ContentTest, AnAnswerReachesAClientThatSendsAllItsContentFirst) {
  constexpr std::size_t kBytes = 20 << 20;
  const std::string announced = "Content-Length: " + std::to_string(kBytes);
  for (const std::string& framing : {announced, std::string("Transfer-Encoding: chunked")}) {
    open();
    server->send(fd, "POST /echo HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n" +
                         (framing == announced ? "" : "1400000\r\n"));
    const std::string piece(64 << 10, 'x');
    for (std::size_t sent = 0; sent < kBytes; sent += piece.size()) {
      server->send(fd, piece);
      ASSERT_TRUE(is_open()) << framing << ": closed, and so reset, before " << sent
                             << " bytes had arrived";
    }
    EXPECT_EQ(responses().at(0).status, Status::ContentTooLarge) << framing;
    server->pass(3s);
    EXPECT_FALSE(is_open());
  }
}

TEST_P(Http1ContentTest, DiscardsNoMoreThanAnnouncedAndAllowed) {
  Options options;
  options.max_unread_bytes = 1 << 20;
  options.max_linger_bytes = 1000;
  for (const std::size_t announced : {200'000u, 2'000'000u}) {
    open(options);
    server->send(fd, "POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                         std::to_string(announced) + "\r\n\r\n");
    const std::size_t most = std::min<std::size_t>(announced, 1 << 20) + 1000;
    std::size_t sent = 0;
    for (; sent + 1000 <= most; sent += 1000) server->send(fd, std::string(1000, 'x'));
    EXPECT_TRUE(is_open()) << announced;
    server->send(fd, std::string(1001, 'x'));
    EXPECT_FALSE(is_open()) << announced;
  }
}

TEST_P(Http1ContentTest, BoundsTheMemoryOfAllRequests) {
  Options options;
  options.max_inflight_bytes = 50'000;
  open(options);
  const std::string big = post("/echo", std::string(40'000, 'x'));
  EXPECT_EQ(talk(big)[0].status, Status::Ok);
  EXPECT_EQ(talk(big)[0].status, Status::Ok) << "the memory of the first request was released";
  const int other = server->connect();
  server->send(other, big.substr(0, 35'000));
  const auto refused = talk(big);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].status, Status::ServiceUnavailable);
}

// ---- back-pressure ----

TEST_P(Http1ContentTest, ProducesNoFasterThanTheClientReads) {
  open();
  server->at(fd).room = 100'000;
  server->send(fd, "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
  server->turn(50);
  EXPECT_LT(asked, 60);  // 256 KiB of unsent bytes at 10 kB a piece, and what the socket took
  const int before = asked;
  server->at(fd).room = 300'000;
  server->turn(50);
  EXPECT_GT(asked, before + 20);
  EXPECT_LT(asked, before + 60);
}

TEST_P(Http1ContentTest, LargeAnswersAreCompleteThroughSmallSockets) {
  open();
  server->at(fd).max_per_send = 777;
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  server->turn(300);
  const auto answers = responses();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].content, std::string(100'000, 'l'));
  EXPECT_EQ(answers[1].content, "hello\n");
}

TEST_P(Http1ContentTest, AnswersNoFasterThanTheClientReads) {
  open();
  server->at(fd).room = 0;
  for (int i = 0; i < 100; ++i) server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_LT(server->shard->exchanges(), 10u);
  server->at(fd).room = SIZE_MAX;
  server->turn(400);
  EXPECT_EQ(responses().size(), 100u);
}

TEST_P(Http1ContentTest, BoundsTheAnswersHeldForAClientThatReadsNone) {
  open();
  server->at(fd).room = 0;
  std::string many;
  for (int i = 0; i < 1000; ++i) many += kGet;
  server->send(fd, many);
  server->turn(50);
  EXPECT_LE(server->shard->exchanges(), 64u);
  server->at(fd).room = SIZE_MAX;
  server->turn(50);
  EXPECT_EQ(responses().size(), 1000u);
}

TEST_P(Http1ContentTest, AFastDownloadSharesTheLoop) {
  const int file = memfd_create("large", MFD_CLOEXEC);
  ASSERT_EQ(ftruncate(file, 1 << 20), 0);
  const auto shared = std::make_shared<const base::Descriptor>(base::system_kernel(), file);
  server = std::make_unique<ShardFixture>(
      App([=](Request& request) {
        if (request.path() == "/quick") return Response();
        return Response(Status::Ok, app::Body(app::Body::File{shared, 0, 1 << 20}));
      }),
      GetParam());
  fd = server->connect();
  const int other = server->connect();
  server->at(fd).incoming.push_back(kGet);
  server->turn(2);
  server->send(other, "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(server->take(other), "");
  EXPECT_LT(server->at(fd).sent.size(), 1u << 19);
  server->turn(40);
  EXPECT_EQ(responses().at(0).content.size(), 1u << 20);
}

TEST_P(Http1ContentTest, AFileThatBecameShorterAbortsItsConnection) {
  for (const std::string_view version : {"1.1", "1.0"}) {
    const int file = memfd_create("short", MFD_CLOEXEC);
    ASSERT_EQ(ftruncate(file, 100'000), 0);
    const auto shared = std::make_shared<const base::Descriptor>(base::system_kernel(), file);
    app::Outcome outcome{.complete = true};
    server = std::make_unique<ShardFixture>(
        App([&](Request& request) {
          request.on_finish([&](const app::Outcome& end) { outcome = end; });
          return Response(Status::Ok, app::Body(app::Body::File{shared, 0, 200'000}));
        }),
        GetParam());
    fd = server->connect();
    server->send(fd, "GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n\r\n");
    server->turn(10);
    EXPECT_FALSE(is_open());
    EXPECT_FALSE(outcome.complete);
    EXPECT_LT(server->take(fd).size(), 101'000u);
  }
}

/// Gives up reading, and reads again after a while.
Task<std::string> read_patiently(Request& request) {
  std::string all;
  for (int timeouts = 0;;) {
    try {
      const auto piece = co_await async::with_timeout(request.body().next(), 10ms);
      if (!piece) co_return all + " after " + std::to_string(timeouts);
      all += *piece;
      continue;
    } catch (const async::TimedOut&) {
      ++timeouts;
    }
    co_await async::sleep_for(100ms);
  }
}

TEST_P(Http1ContentTest, KeepsContentThatArrivesAfterItsReaderGaveUp) {
  Options options;
  options.body_grace = 0s;
  open_on(App(read_patiently), options);
  server->send(fd, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
  server->pass(50ms);
  server->send(fd, "world");
  EXPECT_EQ(server->take(fd), "");
  server->pass(100ms);
  EXPECT_EQ(responses().at(0).content, "helloworld after 1");
  EXPECT_FALSE(is_ending());
}

TEST_P(Http1ContentTest, DoesNotCallAClientSlowWhileTheHandlerDoesNotRead) {
  Options options;
  options.body_grace = 0s;
  open_on(App([](Request& request) -> Task<std::string> {
            try {
              (void)co_await async::with_timeout(request.body().next(), 10ms);
            } catch (const async::TimedOut&) {
            }
            co_await async::sleep_for(60s);
            co_return std::string((co_await request.body().next()).value());
          }),
          options);
  server->send(fd, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
  server->pass(59s);
  server->send(fd, "hello");
  server->pass(2s);
  EXPECT_EQ(responses().at(0).content, "hello");
}

MASTIC_FOR_BOTH_TRANSFERS(Http1ContentTest);

}  // namespace
}  // namespace mastic::server
