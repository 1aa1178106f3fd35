// Connections that speak another protocol, after an answer 101 or from their beginning.

#include <cerrno>

#include "mastic/server/http1/http1_fixture_testing.h"
#include "mastic/server/line_protocol_testing.h"

namespace mastic::server {
namespace {

const std::string kSwitched =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: lines/1\r\n\r\nREADY\n";

/// A request with Host and `fields`.
std::string ask(std::string_view fields, std::string_view path = "/lines") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
std::string ask_for_lines(std::string_view path = "/lines") {
  return ask("Connection: Upgrade\r\nUpgrade: lines/1\r\n", path);
}

/// Removes the Date fields, which differ from run to run.
std::string without_date(std::string bytes) {
  for (std::size_t at = bytes.find("Date: "); at != bytes.npos; at = bytes.find("Date: ")) {
    bytes.erase(at, bytes.find('\n', at) + 1 - at);
  }
  return bytes;
}

struct UpgradeTest : Http1ConnectionTest {
  /// The server is destroyed first, because it writes to the members below.
  ~UpgradeTest() override { server.reset(); }
  void open_site(const Options& options = {}) { open_on(make_site(), options); }
  App make_site() {
    Router site;
    const auto lines = [this](Request& request) {
      request.on_finish([this](const app::Outcome& outcome) { outcomes.push_back(outcome); });
      return Response::upgrade_to(std::make_unique<LineUpgrade>(record));
    };
    site.get("/lines", lines);
    site.post("/lines", [this](Request&) -> Task<Response> {
      co_return Response::upgrade_to(std::make_unique<LineUpgrade>(record));
    });
    site.get("/", [] { return "hello\n"; });
    site.get("/other-version", [lines](Request& request) {
      Response response = lines(request);
      response.status = Status::UpgradeRequired;
      return response;
    });
    site.get("/forbidden", [lines](Request& request) {
      Response response = lines(request);
      response.status = Status::Forbidden;
      return response;
    });
    return std::move(site).build();
  }
  /// Sends `bytes` and returns what the server sends back.
  std::string say(std::string_view bytes) {
    if (!server) open_site();
    server->send(fd, bytes);
    return heard();
  }
  std::string heard() { return without_date(server->take(fd)); }
  void drain() {
    server->shard->drain();
    server->turn(4);
  }
  void expect_nothing_left() {
    server->turn(5);
    EXPECT_EQ(server->shard->exchanges(), 0u);
    EXPECT_EQ(server->counters.connections(), 0u);
    EXPECT_EQ(server->counters.held_bytes(), 0u);
    EXPECT_EQ(record.closed, record.started);
    EXPECT_EQ(record.destroyed, record.started);
  }

  LineRecord record;
  std::vector<app::Outcome> outcomes;
};

// ---- the change ----

TEST_P(UpgradeTest, AnotherProtocolTakesOverAfter101) {
  EXPECT_EQ(say(ask_for_lines()), kSwitched);
  EXPECT_EQ(server->shard->exchanges(), 0u) << "the request is over";
  EXPECT_EQ(say("one\ntwo\n"), "one\ntwo\n");
  EXPECT_EQ(say("thr"), "");
  EXPECT_EQ(say("ee\n"), "three\n");
  EXPECT_EQ(say(kGet), kGet) << "HTTP is not spoken any more";
  EXPECT_EQ(say("QUIT\n"), "BYE\n");
  EXPECT_FALSE(is_open());
  expect_nothing_left();
}

TEST_P(UpgradeTest, BytesSentWithTheRequestReachTheProtocol) {
  EXPECT_EQ(say(ask_for_lines() + "early\nbir"), kSwitched + "early\n");
  EXPECT_EQ(say("d\n"), "bird\n");
}

TEST_P(UpgradeTest, EveryByteMayArriveAlone) {
  open_site();
  for (const char c : ask_for_lines() + "early\nQUIT\n") {
    server->at(fd).incoming.push_back(std::string(1, c));
  }
  server->turn(200);
  EXPECT_EQ(heard(), kSwitched + "early\nBYE\n");
  expect_nothing_left();
}

TEST_P(UpgradeTest, AnswersOfEarlierRequestsLeaveFirst) {
  const std::string all = say(kGet + kGet + ask_for_lines() + "early\n");
  ASSERT_TRUE(all.ends_with("hello\n" + kSwitched + "early\n")) << all;
  const auto before = read_responses(std::string_view(all).substr(0, all.find("HTTP/1.1 101")));
  ASSERT_TRUE(before);
  EXPECT_EQ(before->size(), 2u);
}

TEST_P(UpgradeTest, ChangesOnlyWhenTheAnswerHasLeft) {
  open_site();
  server->at(fd).room = 10;
  EXPECT_EQ(say(ask_for_lines() + "early\n"), "HTTP/1.1 1");
  EXPECT_EQ(record.started, 0);
  EXPECT_EQ(say("more\n"), "");
  server->at(fd).room = SIZE_MAX;
  server->turn(5);
  EXPECT_TRUE(heard().ends_with("READY\nearly\nmore\n"));
  EXPECT_EQ(record.started, 1);
}

TEST_P(UpgradeTest, MayFollowContentThatWasRead) {
  EXPECT_EQ(say("POST /lines HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: upgrade\r\n"
                "Upgrade: other, LINES/1\r\n\r\nhelloearly\n"),
            kSwitched + "early\n");
}

TEST_P(UpgradeTest, CallsFinishersOfItsRequest) {
  (void)say(ask_for_lines());
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].status, Status::SwitchingProtocols);
  EXPECT_TRUE(outcomes[0].complete);
  EXPECT_EQ(outcomes[0].content_bytes, 0u);
}

// ---- refusals ----

TEST_P(UpgradeTest, AClientThatDoesNotAskIsToldTheProtocol) {
  open_site();
  const std::string requests[] = {
      ask(""), ask("Upgrade: lines/1\r\n"), ask("Connection: upgrade\r\n"),
      ask("Connection: upgrade\r\nUpgrade: lines/2\r\n"),
      "GET /lines HTTP/1.0\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: lines/1\r\n\r\n"};
  for (const std::string& request : requests) {
    const std::string answer = server->exchange(request);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 426 Upgrade Required\r\n")) << request << answer;
    EXPECT_NE(answer.find("\r\nConnection: upgrade\r\nUpgrade: lines/1\r\n"), answer.npos)
        << answer;
  }
  EXPECT_EQ(record.started, 0);
  EXPECT_EQ(outcomes.at(0).status, Status::UpgradeRequired);
}

TEST_P(UpgradeTest, AnApplicationThatWantsAnotherVersionNamesTheProtocolToo) {
  const std::string answer = say(ask_for_lines("/other-version"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 426 Upgrade Required\r\n")) << answer;
  EXPECT_NE(answer.find("\r\nConnection: upgrade\r\nUpgrade: lines/1\r\n"), answer.npos) << answer;
  EXPECT_EQ(record.started, 0);
}

TEST_P(UpgradeTest, TheNextRequestOfAClientThatDidNotAskIsServed) {
  open_site();
  const auto answers = talk(ask("") + kGet);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].status, Status::UpgradeRequired);
  EXPECT_EQ(answers[1].content, "hello\n");
}

TEST_P(UpgradeTest, UnreadContentIsNotTakenForTheNewProtocol) {
  const std::string head =
      "POST /lines HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: upgrade\r\n"
      "Upgrade: lines/1\r\n\r\n";
  const std::string answer = say(head + "5\r\nhello\r\n0\r\n\r\n" + kGet);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_EQ(answer.find("HTTP/1.1", 1), answer.npos)
      << "the bytes that follow may belong to either protocol";
  EXPECT_TRUE(is_ending());
  EXPECT_EQ(record.started, 0);
}

TEST_P(UpgradeTest, AfterARefusalNothingIsReadAsARequest) {
  for (const std::string_view path : {"/forbidden", "/nowhere", "/%zz"}) {
    open_site();
    const std::string answer = say(ask_for_lines(path) + kGet);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 40")) << answer;
    EXPECT_EQ(answer.find("HTTP/1.1", 1), answer.npos) << answer;
    EXPECT_TRUE(is_ending());
    EXPECT_EQ(say(kGet), "") << "bytes that arrive later are not a request either";
    EXPECT_EQ(record.started, 0);
  }
}

TEST_P(UpgradeTest, AnIgnoredUpgradeKeepsTheConnection) {
  const std::string request = ask("Connection: upgrade, keep-alive\r\nUpgrade: h2c\r\n", "/");
  for (int i = 0; i < 2; ++i) {
    const std::string answer = say(request);
    EXPECT_TRUE(answer.ends_with("hello\n")) << answer;
    EXPECT_EQ(answer.find("Connection"), answer.npos) << answer;
  }
  const std::string answer = say(request + "GET / HT");
  EXPECT_NE(answer.find("Connection: close"), answer.npos) << "the bytes that follow may be h2c";
}

// ---- the end ----

TEST_P(UpgradeTest, TakesPartInADrain) {
  (void)say(ask_for_lines() + "begun");
  const int other = server->connect();
  server->send(other, ask_for_lines() + "one\n");
  (void)server->take(other);
  drain();
  EXPECT_EQ(server->take(other), "GOING\n");
  EXPECT_EQ(heard(), "") << "a line has begun";
  EXPECT_FALSE(server->shard->is_settled());
  EXPECT_EQ(say(" and done\n"), "begun and done\nGOING\n");
  EXPECT_TRUE(server->shard->is_settled());
  expect_nothing_left();
}

TEST_P(UpgradeTest, ADrainBeforeTheAnswerHasLeftReachesTheProtocol) {
  open_site();
  server->at(fd).room = 10;
  (void)say(ask_for_lines());
  drain();
  EXPECT_FALSE(server->shard->is_settled());
  server->at(fd).room = SIZE_MAX;
  server->turn(5);
  EXPECT_TRUE(heard().ends_with("READY\nGOING\n"));
  EXPECT_TRUE(server->shard->is_settled());
  expect_nothing_left();
}

TEST_P(UpgradeTest, NoProtocolStartsDuringADrain) {
  Options options;
  options.drain_idle = 10s;
  open_site(options);
  drain();
  const std::string answer = say(ask_for_lines());
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_TRUE(is_ending());
  EXPECT_EQ(record.started, 0);
}

TEST_P(UpgradeTest, TheDrainDeadlineAbortsTheProtocol) {
  Options options;
  options.drain_timeout = 2s;
  open_site(options);
  (void)say(ask_for_lines() + "begun");
  drain();
  server->pass(3s);
  EXPECT_TRUE(server->at(fd).reset);
  EXPECT_TRUE(server->shard->is_settled());
  expect_nothing_left();
}

TEST_P(UpgradeTest, IsToldOfAReset) {
  (void)say(ask_for_lines() + "begun");
  server->at(fd).recv_error = ECONNRESET;
  server->turn(4);
  EXPECT_EQ(record.closed, 1);
  expect_nothing_left();
}

TEST_P(UpgradeTest, AResetBeforeTheAnswerHasLeftStartsNoProtocol) {
  open_site();
  server->at(fd).room = 10;
  (void)say(ask_for_lines() + "early\n");
  server->at(fd).recv_error = ECONNRESET;
  server->turn(5);
  EXPECT_EQ(record.started, 0);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_FALSE(outcomes[0].complete);
  expect_nothing_left();
}

TEST_P(UpgradeTest, TheEndOfTheClientsSideReachesTheProtocol) {
  open_site();
  server->at(fd).room = 10;
  (void)say(ask_for_lines() + "early\n");
  server->at(fd).incoming_ended = true;
  server->turn(4);
  EXPECT_TRUE(is_open());
  server->at(fd).room = SIZE_MAX;
  server->turn(5);
  EXPECT_TRUE(heard().ends_with("READY\nearly\n"));
  expect_nothing_left();
}

TEST_P(UpgradeTest, ClosesOnlyAfterAllWritesHaveLeft) {
  (void)say(ask_for_lines());
  server->at(fd).room = 1000;
  const std::string line = std::string(50'000, 'x') + "\n";
  std::string all = say(line + "QUIT\n");
  EXPECT_TRUE(is_open());
  server->at(fd).room = SIZE_MAX;
  server->turn(6);
  EXPECT_EQ(all + heard(), line + "BYE\n");
  EXPECT_EQ(record.unsent, 0u);
  expect_nothing_left();
}

TEST_P(UpgradeTest, ReportsTheBytesLostWithTheConnection) {
  (void)say(ask_for_lines());
  server->at(fd).room = 1000;
  (void)say(std::string(50'000, 'x') + "\n");
  server->at(fd).recv_error = ECONNRESET;
  server->turn(4);
  EXPECT_GT(record.unsent, 40'000u);
  expect_nothing_left();
}

TEST_P(UpgradeTest, SaysGoodbyeWhenItHasWaitedTooLong) {
  Options options;
  options.keep_alive_timeout = 5s;
  open_site(options);
  (void)say(ask_for_lines());
  EXPECT_EQ(say("one\n"), "one\n");
  server->pass(4s);
  EXPECT_TRUE(is_open());
  server->pass(2s);
  EXPECT_EQ(heard(), "LATE\n");
  expect_nothing_left();
}

TEST_P(UpgradeTest, TheNextConnectionReusesTheHttpStateMachine) {
  (void)say(ask_for_lines());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(server->exchange(kGet).ends_with("hello\n"));
  EXPECT_EQ(say("still\n"), "still\n");
}

// ---- chosen at the beginning ----

struct ChosenProtocolTest : UpgradeTest {
  void open_lines(const Options& options = {}) {
    open_site(options);
    adopt_lines();
  }
  void adopt_lines() {
    fd = server->kernel.make_socket();
    auto stream =
        std::make_unique<net::SocketStream>(*server->loop, base::Descriptor(server->kernel, fd));
    server->shard->adopt(std::move(stream), server->at(fd).peer, [this](net::ProtocolHost& host) {
      return std::make_unique<LineProtocol>(host, record);
    });
    server->turn(2);
  }
};

TEST_P(ChosenProtocolTest, MaySpeakFirst) {
  open_lines();
  EXPECT_EQ(heard(), "READY\n");
  EXPECT_EQ(say("one\n"), "one\n");
  EXPECT_EQ(say("QUIT\n"), "BYE\n");
  EXPECT_FALSE(is_open());
}

TEST_P(ChosenProtocolTest, IsNotCalledForAStreamThatCannotStart) {
  open_site();
  server->kernel.fail("epoll_ctl", 1, ENOSPC);
  adopt_lines();
  EXPECT_FALSE(is_open());
  EXPECT_EQ(record.started, 0);
  EXPECT_EQ(record.closed, 0);
  EXPECT_EQ(record.destroyed, 1);
}

TEST_P(ChosenProtocolTest, HasTheSameDeadlineForItsFirstBytes) {
  Options options;
  options.header_timeout = 3s;
  open_lines(options);
  server->pass(4s);
  EXPECT_EQ(heard(), "READY\nLATE\n");
  EXPECT_FALSE(is_open());
}

TEST_P(ChosenProtocolTest, TakesPartInADrain) {
  open_lines();
  EXPECT_EQ(say("begun"), "READY\n");
  drain();
  EXPECT_EQ(say("\n"), "begun\nGOING\n");
  server->pass(30s);  // until the connection that speaks HTTP has ended
  EXPECT_TRUE(server->shard->is_settled());
}

/// One end of a relay. When it is closed, it closes the other end.
class Relay final : public net::Protocol {
 public:
  Relay(net::ProtocolHost& host, std::vector<Relay*>& ends, int& closed)
      : host_(host), ends_(ends), closed_(closed) {
    ends_.push_back(this);
    host_.becomes_busy();
  }
  void received(std::string_view) noexcept override {}
  void received_end() noexcept override { host_.close(); }
  void sent(std::uint64_t, std::uint64_t) noexcept override {}
  void waited_in_vain() noexcept override { host_.close(); }
  void closed(std::uint64_t) noexcept override {
    ++closed_;
    for (Relay* const end : ends_) end->host_.close();
  }

 private:
  net::ProtocolHost& host_;
  std::vector<Relay*>& ends_;
  int& closed_;
};

struct RelayTest : ChosenProtocolTest {
  ~RelayTest() override { server.reset(); }
  void open_relay() {
    for (int i = 0; i < 3; ++i) {
      const int end = server->kernel.make_socket();
      auto stream =
          std::make_unique<net::SocketStream>(*server->loop, base::Descriptor(server->kernel, end));
      server->shard->adopt(
          std::move(stream), server->at(end).peer,
          [this](net::ProtocolHost& host) { return std::make_unique<Relay>(host, ends, closed); });
      if (i == 0) first = end;
    }
    server->turn(2);
  }
  std::vector<Relay*> ends;
  int closed = 0;
  int first = -1;
};

TEST_P(RelayTest, EachEndIsClosedOnceWhicheverIsFirst) {
  open_site();
  open_relay();
  server->at(first).recv_error = ECONNRESET;
  server->turn(3);
  EXPECT_EQ(closed, 3);
}

TEST_P(RelayTest, TheDrainDeadlineClosesAllOfThem) {
  Options options;
  options.drain_timeout = 2s;
  open_site(options);
  open_relay();
  drain();
  server->pass(3s);
  EXPECT_EQ(closed, 3);
  EXPECT_TRUE(server->shard->is_settled());
}

MASTIC_FOR_BOTH_TRANSFERS(RelayTest);
MASTIC_FOR_BOTH_TRANSFERS(UpgradeTest);
MASTIC_FOR_BOTH_TRANSFERS(ChosenProtocolTest);

}  // namespace
}  // namespace mastic::server
