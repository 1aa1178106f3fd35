// The memory that requests and answers hold together: how it is counted, and what happens at the
// limit (Options::max_inflight_bytes).

#include <cerrno>

#include "mastic/app/body_lines.h"
#include "mastic/app/json_elements.h"
#include "mastic/app/multipart_reader.h"
#include "mastic/server/http1/http1_fixture_testing.h"

namespace mastic::server {
namespace {

constexpr std::size_t kLarge = 100'000;  // the size of /large

struct Http1InflightTest : Http1ConnectionTest {
  /// Opens a server that may hold `most` bytes, and `fd`, a client of it that reads nothing.
  void open_full_at(std::uint64_t most, App app) {
    Options options;
    options.max_inflight_bytes = most;
    open_on(std::move(app), options);
    server->at(fd).room = 0;
  }
  void open_full_at(std::uint64_t most) { open_full_at(most, make_app(asked)); }
  void ask(int client, std::string_view path) {
    server->send(client, "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  /// The answer that a new client gets.
  ReadResponse answer_of(std::string_view bytes) {
    const auto answers = read_responses(server->exchange(bytes));
    return answers && !answers->empty() ? answers->front() : ReadResponse();
  }
  [[nodiscard]] std::uint64_t held() const { return server->counters.held_bytes(); }
};

TEST_P(Http1InflightTest, RequestsAreRefusedBeforeTheirHandlerWhileTooMuchIsHeld) {
  int entered = 0;
  Router site;
  site.get("/large", [&] {
    ++entered;
    return std::string(kLarge, 'l');
  });
  open_full_at(kLarge, std::move(site).build());
  ask(fd, "/large");
  EXPECT_EQ(entered, 1);
  const std::string request = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
  const ReadResponse refused = answer_of(request);
  EXPECT_EQ(refused.status, Status::ServiceUnavailable);
  EXPECT_NE(refused.head.find("Retry-After: 1\n"), std::string::npos) << refused.head;
  EXPECT_TRUE(refused.keep_alive) << "the client may retry on the same connection";
  EXPECT_EQ(entered, 1);
  EXPECT_TRUE(server->log.text().contains("max_inflight_bytes is reached"));

  server->at(fd).room = SIZE_MAX;
  server->turn(5);
  EXPECT_EQ(responses().at(0).content, std::string(kLarge, 'l'));
  EXPECT_EQ(answer_of(request).status, Status::Ok);
  EXPECT_EQ(entered, 2);
}

TEST_P(Http1InflightTest, ARefusalIsInTheAccessLog) {
  open_full_at(kLarge);
  std::vector<std::string> told;
  server->shard->observe_rejections([&](const app::RejectedRequest& rejected) {
    told.push_back(std::string(rejected.method) + " " + std::string(rejected.target) + " " +
                   std::to_string(code(rejected.status)));
  });
  ask(fd, "/large");
  EXPECT_EQ(answer_of(post("/echo?a=b", "content")).status, Status::ServiceUnavailable);
  EXPECT_EQ(told, (std::vector<std::string>{"POST /echo?a=b 503"}));
}

// ---- content that handlers read whole ----

struct Note {
  std::string text;
};

/// How a handler reads content whole, or keeps much of it, and content for it.
struct WholeReader {
  std::string path;
  std::string media_type;
  std::string content;
  [[nodiscard]] std::string request() const {
    return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: " + media_type +
           "\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content;
  }
};

std::vector<WholeReader> whole_readers() {
  const std::string text(45'000, 'x');
  const std::string form = "multipart/form-data; boundary=b";
  const std::string disposition = "--b\r\nContent-Disposition: form-data; name=text";
  const std::string end = "\r\n\r\n" + text + "\r\n--b--";
  return {{"/all", "text/plain", text},
          {"/json", "application/json", '"' + text + '"'},
          {"/elements", "application/json", "[\"" + text + "\"]"},
          {"/lines", "text/plain", text},
          {"/form", form, disposition + end},
          {"/part", form, disposition + end},
          {"/file", form, disposition + "; filename=a" + end}};
}

App make_whole_readers() {
  Router site;
  site.post("/all", [](Request& request) -> Task<std::string> {
    co_return co_await request.body().read_all(100'000);
  });
  site.post("/throws", [](Request& request) -> Task<std::string> {
    co_await request.body().read_all(100'000);
    throw std::runtime_error("after it was read");
  });
  site.post("/json", [](Request& request) -> Task<std::string> {
    co_return co_await request.body().read_json<std::string>(100'000);
  });
  site.post("/elements", [](Request& request) -> Task<std::string> {
    app::JsonElements<std::string> elements(request.body());
    std::string all;
    while (const auto element = co_await elements.next()) all += *element;
    co_return all;
  });
  site.post("/lines", [](Request& request) -> Task<std::string> {
    app::BodyLines lines(request.body());
    std::string all;
    while (const auto line = co_await lines.next()) all += *line;
    co_return all;
  });
  site.post<"/form">([](routing::Form<Note> form) { return form->text; });
  site.post("/part", [](Request& request) -> Task<std::string> {
    app::MultipartReader parts(request);
    app::Part* const part = co_await parts.next();
    co_return co_await part->read_text(100'000);
  });
  site.post("/file", [](Request& request) -> Task<std::string> {
    app::MultipartReader parts(request);
    app::Part* const part = co_await parts.next();
    const app::File file = co_await part->read_file();
    co_return file.read();
  });
  return std::move(site).build();
}

TEST_P(Http1InflightTest, ContentThatHandlersReadWholeIsCounted) {
  for (const WholeReader& reader : whole_readers()) {
    SCOPED_TRACE(reader.path);
    open_full_at(60'000, make_whole_readers());
    server->at(fd).room = SIZE_MAX;
    const std::string request = reader.request();
    server->send(fd, request.substr(0, 35'000));
    server->turn(5);
    EXPECT_GE(held(), 30'000u);
    const int other = server->connect();
    server->send(other, request.substr(0, 35'000));
    server->turn(5);
    const auto refusals = read_responses(server->take(other));
    ASSERT_TRUE(refusals);
    ASSERT_EQ(refusals->size(), 1u) << "before all of it has come";
    const ReadResponse refused = refusals->front();
    EXPECT_EQ(refused.status, Status::ServiceUnavailable);
    EXPECT_NE(refused.head.find("Retry-After: 1\n"), std::string::npos) << refused.head;

    const auto answers = talk(request.substr(35'000));
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].status, Status::Ok);
    EXPECT_EQ(answers[0].content, std::string(45'000, 'x'));
    EXPECT_EQ(held(), 0u);
    EXPECT_EQ(answer_of(request).status, Status::Ok) << "the memory of the others was released";
  }
}

TEST_P(Http1InflightTest, NothingStaysCountedOfContentWhoseReaderFailsOrWhoseClientLeaves) {
  open_full_at(60'000, make_whole_readers());
  server->at(fd).room = SIZE_MAX;
  EXPECT_EQ(talk(post("/throws", std::string(45'000, 'x')))[0].status, Status::InternalServerError);
  EXPECT_EQ(held(), 0u);
  for (const WholeReader& reader : whole_readers()) {
    SCOPED_TRACE(reader.path);
    const int leaving = server->connect();
    server->send(leaving, reader.request().substr(0, 35'000));
    server->turn(5);
    EXPECT_GE(held(), 30'000u);
    server->at(leaving).recv_error = ECONNRESET;
    server->turn(5);
    EXPECT_EQ(held(), 0u);
  }
}

// ---- answers ----

TEST_P(Http1InflightTest, AStreamPausesWhileOthersHoldTooMuchAndContinuesLater) {
  open_full_at(4 * kLarge);
  const int others[] = {fd, server->connect(), server->connect()};
  for (const int other : others) {
    server->at(other).room = 0;
    ask(other, "/large");
  }
  const int streaming = server->connect();
  server->at(streaming).room = 0;
  ask(streaming, "/endless");
  server->turn(50);
  EXPECT_GE(asked, 8) << "there was room for a quarter of that size";
  EXPECT_LE(asked, 16) << "there was no room for write_high_bytes";
  int before = asked;
  server->at(streaming).room = 40'000;
  server->turn(50);
  EXPECT_EQ(asked, before) << "there are unsent bytes";
  server->at(streaming).room = 1'000'000;
  server->turn(200);
  EXPECT_GE(asked, before + 90) << "its client reads everything";

  for (const int other : others) server->at(other).room = SIZE_MAX;
  server->turn(5);
  before = asked;
  server->at(streaming).room = 150'000;
  server->turn(50);
  EXPECT_GE(asked, before + 25) << "there is room again for write_high_bytes";
}

/// No stream waits for memory that only another one holds.
TEST_P(Http1InflightTest, StreamsThatFillTheServerAllComplete) {
  open_full_at(50'000,
               App([this](Request&) { return Response(Status::Ok, pieces(20, 30'000, asked)); }));
  std::vector<int> clients{fd};
  for (int i = 0; i < 9; ++i) clients.push_back(server->connect());
  for (const int client : clients) {
    server->at(client).room = 0;
    server->at(client).incoming = {kGet};
  }
  server->turn(50);
  EXPECT_LE(asked, 10 + 3) << "each was pulled at most once, or while there was room";
  EXPECT_EQ(answer_of(kGet).status, Status::ServiceUnavailable);
  for (int round = 0; round < 70; ++round) {
    for (const int client : clients) server->at(client).room = 10'000;
    server->turn(3);
  }
  for (const int client : clients) {
    const auto answers = read_responses(server->take(client));
    ASSERT_TRUE(answers);
    EXPECT_EQ(answers->at(0).status, Status::Ok);
    EXPECT_EQ(answers->at(0).content.size(), 20u * 30'000);
  }
  EXPECT_EQ(held(), 0u);
}

TEST_P(Http1InflightTest, RequestsWhoseAnswersWaitAreCounted) {
  int finished = 0;
  open_full_at(0, App([&](Request& request) {
                 request.on_finish([&](const app::Outcome&) { ++finished; });
                 return Response(Status::Ok, app::Body("short"));
               }));
  std::string many;
  for (int i = 0; i < 20; ++i) {
    many += "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(6000, 'x') + "\r\n\r\n";
  }
  server->send(fd, many);
  server->turn(20);
  EXPECT_GE(held(), 20u * 6000);
  server->at(fd).room = SIZE_MAX;
  server->turn(5);
  EXPECT_EQ(finished, 20);
  EXPECT_EQ(held(), 0u);
}

TEST_P(Http1InflightTest, TheSourceOfAStreamIsCountedUntilItEnds) {
  struct Rows {
    int left = 100;
    std::optional<std::string> operator()() {
      return left-- > 0 ? std::optional(std::string(10'000, 'r')) : std::nullopt;
    }
    [[nodiscard]] static std::uint64_t held_bytes() { return 1'000'000; }
  };
  open_full_at(0,
               App([](Request&) { return Response(Status::Ok, app::Body::produced_by(Rows())); }));
  ask(fd, "/");
  server->turn(5);
  server->turn(50);
  EXPECT_GE(held(), 1'000'000u);
  server->at(fd).room = SIZE_MAX;
  server->turn(200);
  EXPECT_EQ(responses().at(0).content.size(), 1'000'000u);
  EXPECT_EQ(held(), 0u);
}

TEST_P(Http1InflightTest, NothingStaysCountedForClientsThatDisconnected) {
  const std::string paths[] = {"/large", "/endless", "/small-pieces", "/", "/wait", "/throw"};
  open_full_at(0);
  std::vector<int> clients;
  for (const std::string& path : paths) {
    for (int i = 0; i < 3; ++i) {
      clients.push_back(server->connect());
      server->at(clients.back()).room = static_cast<std::size_t>(i) * 3000;
      const std::string request = "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
      server->at(clients.back()).incoming = {request + request, post("/pull", "content")};
    }
  }
  server->pass(200ms);
  EXPECT_GE(held(), 3 * kLarge);
  for (const int client : clients) {
    if (server->at(client).open) server->at(client).recv_error = ECONNRESET;
  }
  server->turn(5);
  EXPECT_EQ(held(), 0u);
  EXPECT_EQ(server->counters.connections(), 1u);
}

TEST_P(Http1InflightTest, NothingStaysCountedForALastAnswerThatHasLeft) {
  open_full_at(0);
  server->send(fd, "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_GE(held(), kLarge);
  server->at(fd).room = SIZE_MAX;
  server->turn(5);
  EXPECT_TRUE(is_open()) << "its client has a moment to end its side";
  EXPECT_EQ(held(), 0u);
}

TEST_P(Http1InflightTest, NothingIsCountedForAnswersThatLeaveAtOnce) {
  open_full_at(1);
  server->at(fd).room = SIZE_MAX;
  EXPECT_EQ(talk(kGet + kGet).size(), 2u);
  EXPECT_EQ(answer_of(kGet).content, "hello\n");
  EXPECT_EQ(held(), 0u);
}

MASTIC_FOR_BOTH_TRANSFERS(Http1InflightTest);

}  // namespace
}  // namespace mastic::server
