// Content that is produced while it is sent, and trailers in both directions.

#include <string>

#include "mastic/app/body_lines.h"
#include "mastic/server/http1/http1_fixture_testing.h"

namespace mastic::server {
namespace {

struct Http1ProducingTest : Http1ConnectionTest {};

/// What a generator of a test has done.
struct Produced {
  int pieces = 0;
  bool cancelled = false;
  bool destroyed = false;
};

/// Yields `count` pieces, and waits for a second before the last one.
async::Generator<std::string> produce(Produced& produced, int count, std::size_t piece_bytes) {
  struct Note {
    explicit Note(Produced& at) : produced(at) {}
    ~Note() { produced.destroyed = true; }
    Produced& produced;
  };
  const Note note(produced);
  try {
    while (++produced.pieces < count) co_yield std::string(piece_bytes, 'g');
    co_await async::sleep_for(1s);
    co_yield "last";
  } catch (const async::Cancelled&) {
    produced.cancelled = true;
    throw;
  }
}

App answering_with(Produced& produced, int count, std::size_t piece_bytes) {
  return App([&produced, count, piece_bytes](Request&) {
    return Response::text_body(app::Body::produced_by(produce(produced, count, piece_bytes)));
  });
}

TEST_P(Http1ProducingTest, SendsEachPieceOfAGeneratorAtOnce) {
  Produced produced;
  open_on(answering_with(produced, 2, 5));
  server->send(fd, kGet);
  EXPECT_TRUE(server->take(fd).ends_with("\r\n\r\n5\r\nggggg\r\n")) << "nothing is held back";
  server->pass(1s);
  EXPECT_EQ(server->take(fd), "4\r\nlast\r\n0\r\n\r\n");
  EXPECT_TRUE(produced.destroyed);
}

TEST_P(Http1ProducingTest, ProducesNoMoreThanTheClientTakes) {
  Produced produced;
  open_on(answering_with(produced, 100'000, 10'000));
  server->at(fd).room = 0;
  server->send(fd, kGet);
  server->turn(100);
  EXPECT_LT(produced.pieces, 200);
  server->at(fd).room = SIZE_MAX;
  server->turn(100);
  EXPECT_GT(produced.pieces, 50);
  server->at(fd).recv_error = ECONNRESET;  // the generator ends before `produced`
  server->turn(5);
  EXPECT_TRUE(produced.destroyed);
}

TEST_P(Http1ProducingTest, CancelsAndDestroysAGeneratorWhenTheClientLeaves) {
  for (const bool waits : {true, false}) {
    Produced produced;
    open_on(answering_with(produced, waits ? 2 : 100'000, 10'000));
    server->at(fd).room = waits ? SIZE_MAX : 0;
    server->send(fd, kGet);
    EXPECT_FALSE(produced.destroyed);
    server->at(fd).recv_error = ECONNRESET;
    server->turn(5);
    EXPECT_EQ(produced.cancelled, waits);
    EXPECT_TRUE(produced.destroyed);
    EXPECT_EQ(server->shard->exchanges(), 0u);
  }
}

async::Generator<std::string> fails_after_a_piece() {
  co_yield "piece";
  co_await async::sleep_for(10ms);
  throw std::runtime_error("the source is gone");
}

TEST_P(Http1ProducingTest, AbortsWhenAGeneratorFails) {
  open_on(App(
      [](Request&) { return Response::text_body(app::Body::produced_by(fails_after_a_piece())); }));
  server->send(fd, kGet);
  server->pass(10ms);
  EXPECT_FALSE(is_open());
  EXPECT_FALSE(read_responses(server->take(fd))) << "the last chunk is missing";
  EXPECT_TRUE(server->log.text().contains("the source is gone")) << server->log.text();
}

TEST_P(Http1ProducingTest, AbortsWhenAGeneratorYieldsLessThanAnnounced) {
  Produced produced;
  open_on(App([&](Request&) {
    return Response::text_body(app::Body::produced_by(produce(produced, 2, 5)))
        .set("Content-Length", "10");
  }));
  server->send(fd, kGet);
  server->pass(1s);
  EXPECT_FALSE(is_open());
  EXPECT_TRUE(server->at(fd).reset);
  const std::string sent = server->take(fd);
  EXPECT_TRUE(sent.ends_with("\r\n\r\nggggglast")) << sent;
  EXPECT_FALSE(read_responses(sent)) << "the client must not take this for a whole answer";
}

TEST_P(Http1ProducingTest, WhatWasWrittenBeforeAnAbortLeavesBeforeTheReset) {
  Produced produced;
  open_on(App([&](Request& request) {
    if (request.path() == "/whole") return Response::text(std::string(50'000, 'w'));
    return Response::text_body(app::Body::produced_by(produce(produced, 2, 5)))
        .set("Content-Length", "10");
  }));
  server->at(fd).room = 40'000;
  server->send(fd, "GET /whole HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  server->pass(1s);
  EXPECT_TRUE(is_open()) << "the first answer is complete, and has not left";
  server->send(fd, "bytes that do not count");
  server->at(fd).room = SIZE_MAX;
  server->turn(4);
  EXPECT_TRUE(server->at(fd).reset);
  const std::string sent = server->take(fd);
  EXPECT_TRUE(sent.ends_with("wwwww" + sent.substr(sent.rfind("HTTP/1.1 200 OK")))) << sent;
  EXPECT_TRUE(sent.ends_with("\r\n\r\nggggglast"));
  EXPECT_TRUE(produced.destroyed);
  EXPECT_EQ(server->shard->exchanges(), 0u);
}

/// A reset makes the kernel discard what it has taken and not delivered yet.
TEST_P(Http1ProducingTest, AResetWaitsUntilTheClientHasGotWhatWasWritten) {
  for (const bool reads : {true, false}) {
    Produced produced;
    open_on(App([&](Request&) {
      return Response::text_body(app::Body::produced_by(produce(produced, 2, 5)))
          .set("Content-Length", "10");
    }));
    server->at(fd).unacknowledged = 90'000;
    server->send(fd, kGet);
    server->pass(10s);
    EXPECT_TRUE(server->take(fd).ends_with("\r\n\r\nggggglast"));
    EXPECT_FALSE(server->at(fd).reset);
    if (reads) server->at(fd).unacknowledged = 0;
    server->pass(reads ? 1s : 40s);
    EXPECT_TRUE(server->at(fd).reset);
    EXPECT_EQ(server->shard->exchanges(), 0u);
  }
}

TEST_P(Http1ProducingTest, AClientThatTakesNothingIsGivenUpBeforeAnAbort) {
  Produced produced;
  open_on(App([&](Request&) {
    return Response::text_body(app::Body::produced_by(produce(produced, 2, 5)))
        .set("Content-Length", "10");
  }));
  server->at(fd).room = 10;
  server->send(fd, kGet);
  server->pass(5s);
  EXPECT_TRUE(is_open());
  server->pass(40s);
  EXPECT_TRUE(server->at(fd).reset);
  EXPECT_EQ(server->shard->exchanges(), 0u);
}

// ---- content that fails before its first piece ----

async::Generator<std::string> fails(bool waits) {
  if (waits) co_await async::sleep_for(10ms);
  if (waits) throw app::HttpError(Status::NotFound, "There is no such list.");
  throw std::runtime_error("the source is gone");
  co_yield "never";
}

/// Answers with content that fails before its first piece, in every way in which it is produced.
App failing() {
  using Piece = std::optional<std::string>;
  Router site;
  site.get("/generator", [] { return Response(Status::Ok, app::Body::produced_by(fails(false))); });
  site.get("/later", [] { return Response(Status::Ok, app::Body::produced_by(fails(true))); });
  site.get("/function", [] {
    return Response(Status::Ok, app::Body::produced_by([]() -> Piece {
                      throw std::runtime_error("the source is gone");
                    }));
  });
  site.get("/task", [] {
    return Response(Status::Ok, app::Body::produced_by([]() -> Task<Piece> {
                      co_await async::sleep_for(10ms);
                      throw app::HttpError(Status::NotFound, "There is no such list.");
                    }));
  });
  site.get("/blocking", [] {
    return Response(Status::Ok, app::Body::produced_by(app::blocking, []() -> Piece {
                      throw std::runtime_error("the source is gone");
                    }));
  });
  return std::move(site).build();
}

TEST_P(Http1ProducingTest, AnswersAFailureBeforeTheFirstPieceLikeThatOfAHandler) {
  for (const std::string path : {"/generator", "/function", "/blocking"}) {
    open_on(failing());
    const auto answers = talk("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_EQ(answers.size(), 1u) << path;
    EXPECT_EQ(answers[0].status, Status::InternalServerError) << path;
    EXPECT_TRUE(answers[0].keep_alive) << path;
    EXPECT_TRUE(server->log.text().contains("the source is gone")) << path;
  }
  for (const std::string path : {"/later", "/task"}) {
    open_on(failing());
    server->send(fd, "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(server->take(fd), "") << "the status is not known yet";
    server->pass(10ms);
    const auto answers = responses();
    ASSERT_EQ(answers.size(), 1u) << path;
    EXPECT_EQ(answers[0].status, Status::NotFound) << path;
    EXPECT_TRUE(is_open()) << path;
  }
}

TEST_P(Http1ProducingTest, AHeadRequestDoesNotAskForContent) {
  open_on(failing());
  const auto answers = talk("HEAD /function HTTP/1.1\r\nHost: a\r\n\r\n", {Method::Head});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].status, Status::Ok);
  EXPECT_FALSE(server->log.text().contains("the source is gone"));
}

TEST_P(Http1ProducingTest, AClientMayLeaveBeforeTheFirstPiece) {
  Produced produced;
  open_on(answering_with(produced, 1, 5));
  server->send(fd, kGet);
  EXPECT_EQ(server->take(fd), "");
  server->at(fd).recv_error = ECONNRESET;
  server->turn(5);
  EXPECT_TRUE(produced.cancelled);
  EXPECT_TRUE(produced.destroyed);
  EXPECT_EQ(server->shard->exchanges(), 0u);
}

// ---- trailers of responses ----

App answering_with_trailers() {
  return App([](Request& request) {
    Response response =
        Response::text_body(app::Body::produced_by([n = 0]() mutable -> std::optional<std::string> {
          return n++ < 2 ? std::optional<std::string>("piece") : std::nullopt;
        }));
    if (request.path() == "/known") response.set("Content-Length", "10");
    const bool is_wrong = request.path() == "/wrong";
    response.set_trailers({"X-Sum", "X-Count"}, [is_wrong] {
      http::Fields fields;
      fields.add(is_wrong ? "X-Other" : "X-Sum", "12");
      return fields;
    });
    return response;
  });
}

TEST_P(Http1ProducingTest, SendsTrailersAfterChunks) {
  open_on(answering_with_trailers());
  server->send(fd, kGet);
  const std::string sent = server->take(fd);
  EXPECT_TRUE(sent.contains("\r\nTrailer: X-Sum, X-Count\r\n")) << sent;
  EXPECT_TRUE(sent.ends_with("5\r\npiece\r\n5\r\npiece\r\n0\r\nX-Sum: 12\r\n\r\n")) << sent;
  EXPECT_EQ(talk(kGet).size(), 1u) << "another request follows";
}

TEST_P(Http1ProducingTest, LeavesTrailersOutWhereAnAnswerCannotHaveThem) {
  for (const std::string request : {"GET / HTTP/1.0\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
                                    "GET /known HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    open_on(answering_with_trailers());
    server->send(fd, request);
    const std::string sent = server->take(fd);
    EXPECT_TRUE(sent.starts_with("HTTP/1.1 200 OK\r\n")) << request << sent;
    EXPECT_FALSE(sent.contains("Trailer")) << request << sent;
    EXPECT_FALSE(sent.contains("X-Sum")) << request << sent;
  }
}

TEST_P(Http1ProducingTest, AbortsForATrailerThatWasNotAnnounced) {
  open_on(answering_with_trailers());
  server->send(fd, "GET /wrong HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_FALSE(is_open());
  const std::string sent = server->take(fd);
  EXPECT_TRUE(sent.ends_with("5\r\npiece\r\n5\r\npiece\r\n")) << sent;
  EXPECT_FALSE(read_responses(sent)) << "the last chunk is missing";
  EXPECT_TRUE(server->at(fd).reset);
  EXPECT_TRUE(server->log.text().contains("the trailer field 'X-Other' was not announced"));
}

// ---- reading, and trailers of requests ----

App counting_lines() {
  return App([](Request& request) -> Task<std::string> {
    EXPECT_TRUE(request.trailers().empty());
    app::BodyLines lines(request.body());
    while (const auto line = co_await lines.next()) EXPECT_FALSE(line->empty());
    std::string answer = std::to_string(lines.number());
    for (const http::Field& field : request.trailers()) {
      answer.append(" ").append(field.name).append("=").append(field.value);
    }
    if (request.field("X-Sum")) answer += " in the head";
    co_return answer;
  });
}

TEST_P(Http1ProducingTest, ShowsTrailersApartWhenTheContentHasEnded) {
  const std::string request =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
      "4\r\none\n\r\n6\r\ntwo\nth\r\n4\r\nree\n\r\n0\r\nX-Sum: 12\r\nContent-Digest: d\r\n\r\n";
  for (std::size_t cut = 1; cut <= request.size(); cut += 7) {
    open_on(counting_lines());
    server->send(fd, request.substr(0, cut));
    const auto answers = talk(request.substr(cut));
    ASSERT_EQ(answers.size(), 1u) << cut;
    EXPECT_EQ(answers[0].content, "3 X-Sum=12 Content-Digest=d") << cut;
  }
}

TEST_P(Http1ProducingTest, RefusesTrailersThatOnlyAHeadMayHave) {
  for (const std::string name : {"Content-Length", "Transfer-Encoding", "Host", "Authorization",
                                 "Cookie", "Content-Type", "X-Forwarded-For", "Connection"}) {
    open_on(counting_lines());
    const auto answers =
        talk("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + name +
             ": 1\r\n\r\n");
    ASSERT_EQ(answers.size(), 1u) << name;
    EXPECT_EQ(answers[0].status, Status::BadRequest) << name;
    EXPECT_TRUE(is_ending()) << name;
  }
}

TEST_P(Http1ProducingTest, GivesASecondReaderAnError) {
  std::string said;
  open_on(App([&](Request& request) -> Task<std::string> {
    const std::string all = co_await request.body().read_all(1000);
    try {
      const std::string again = co_await request.body().read_all(1000);
      said = "read again: " + again;
    } catch (const std::logic_error& error) {
      said = error.what();
    }
    co_return all;
  }));
  EXPECT_EQ(talk(post("/", "content")).at(0).content, "content");
  EXPECT_TRUE(said.starts_with("this body was read already")) << said;
}

TEST_P(Http1ProducingTest, AnswersContentBeyondTheLimitOfItsReaderWith413) {
  open_on(App([](Request& request) -> Task<std::string> {
    std::string all = co_await request.body().read_all(10);
    co_return all;
  }));
  EXPECT_EQ(talk(post("/", "0123456789a")).at(0).status, Status::ContentTooLarge);
  fd = server->connect();
  const auto chunked = talk(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "6\r\n012345\r\n5\r\n6789a\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.at(0).status, Status::ContentTooLarge);
}

MASTIC_FOR_BOTH_TRANSFERS(Http1ProducingTest);

}  // namespace
}  // namespace mastic::server
