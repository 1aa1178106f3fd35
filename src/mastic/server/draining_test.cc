// How requests are told that their server drains, and why they are stopped.

#include <cerrno>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mastic/async/when.h"
#include "mastic/server/http1/http1_fixture_testing.h"

namespace mastic::server {
namespace {

using app::StopReason;

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string name_of(std::optional<StopReason> reason) {
  if (!reason) return "none";
  switch (*reason) {
    case StopReason::Disconnect:
      return "disconnect";
    case StopReason::Deadline:
      return "deadline";
    case StopReason::Shutdown:
      return "shutdown";
  }
  return "";
}

struct DrainingTest : Http1ConnectionTest {
  void open_site(const Options& options = {}) { open_on(make_site(), options); }
  void drain() {
    server->shard->drain();
    server->turn(4);
  }

  App make_site() {
    Router site;
    site.get("/poll", [](Request& request) -> Task<std::string> {
      const auto first = co_await async::when_any(async::sleep_for(20s), request.draining());
      co_return first.index() == 0 ? "waited" : "the server ends";
    });
    site.get("/await", [](Request& request) -> Task<std::string> {
      co_await request.draining();
      co_return "drains";
    });
    site.get("/sleep", [](Request&) -> Task<std::string> {
      co_await async::sleep_for(20s);
      co_return "slept";
    });
    site.get("/state", [](Request& request) -> std::string {
      const std::stop_token token = request.draining();
      return std::string(request.draining().has_begun() ? "drains" : "serves") +
             (token.stop_requested() ? ", token" : "");
    });
    site.get("/token", [this](Request& request) -> Task<std::string> {
      std::stop_callback note(request.draining(), [this] { notes.emplace_back("drain"); });
      std::stop_callback stopped(request.stop_token(), [this] { notes.emplace_back("stop"); });
      co_await async::sleep_for(20s);
      co_return "slept";
    });
    site.get("/reason", [this](Request& request) -> Task<Response> {
      notes.push_back(name_of(request.stop_reason()));
      request.on_finish([this, &request](const app::Outcome&) {
        notes.push_back(name_of(request.stop_reason()));
      });
      co_await async::sleep_for(20s);
      co_return Response::text(std::string(1'000'000, 'x'));
    });
    return std::move(site).build();
  }

  std::vector<std::string> notes;
};

TEST_P(DrainingTest, ALongPollIsToldWhenADrainBegins) {
  open_site();
  EXPECT_TRUE(talk(get("/poll")).empty());
  drain();
  const auto answers = responses();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].content, "the server ends");
  EXPECT_FALSE(answers[0].keep_alive);
}

TEST_P(DrainingTest, ALongPollWaitsWithoutADrain) {
  open_site();
  EXPECT_TRUE(talk(get("/poll")).empty());
  server->pass(21s);
  EXPECT_EQ(responses().at(0).content, "waited");
}

TEST_P(DrainingTest, ManyRequestsMayAwaitADrain) {
  open_site();
  std::vector<int> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(server->connect());
    server->send(clients.back(), get("/await"));
  }
  for (const int client : clients) EXPECT_EQ(server->take(client), "");
  drain();
  for (const int client : clients) {
    EXPECT_NE(server->take(client).find("drains"), std::string::npos);
  }
}

TEST_P(DrainingTest, ADrainCancelsNothing) {
  open_site();
  EXPECT_TRUE(talk(get("/token")).empty());
  const int other = server->connect();
  server->send(other, get("/sleep"));
  drain();
  server->pass(10s);
  EXPECT_EQ(notes, (std::vector<std::string>{"drain"}));
  EXPECT_EQ(server->take(other), "");
  server->pass(11s);
  EXPECT_EQ(responses().at(0).content, "slept");
  EXPECT_TRUE(server->take(other).ends_with("slept"));
  EXPECT_EQ(notes, (std::vector<std::string>{"drain"}));
}

TEST_P(DrainingTest, ARequestDuringADrainSeesIt) {
  open_site();
  EXPECT_EQ(talk(get("/state")).at(0).content, "serves");
  drain();
  EXPECT_EQ(talk(get("/state")).at(0).content, "drains, token");
  const int other = server->connect();
  server->send(other, get("/await"));
  EXPECT_NE(server->take(other).find("drains"), std::string::npos);
}

TEST_P(DrainingTest, ACancelledRequestStopsAwaitingADrain) {
  open_site();
  EXPECT_TRUE(talk(get("/await")).empty());
  server->at(fd).recv_error = ECONNRESET;
  server->turn(4);
  EXPECT_EQ(server->shard->exchanges(), 0u);
  drain();
}

// ---- why a request is stopped ----

TEST_P(DrainingTest, ARequestThatIsNotStoppedHasNoReason) {
  open_site();
  EXPECT_TRUE(talk(get("/reason")).empty());
  drain();
  server->pass(21s);
  (void)server->take(fd);
  EXPECT_EQ(notes, (std::vector<std::string>{"none", "none"}));
}

TEST_P(DrainingTest, AClientThatLeavesIsADisconnect) {
  open_site();
  EXPECT_TRUE(talk(get("/reason")).empty());
  server->at(fd).recv_error = ECONNRESET;
  server->turn(4);
  EXPECT_EQ(notes, (std::vector<std::string>{"none", "disconnect"}));
}

TEST_P(DrainingTest, AClientThatEndsItsSideIsADisconnect) {
  open_site();
  EXPECT_TRUE(talk(get("/reason")).empty());
  server->at(fd).incoming_ended = true;
  server->pass(21s);
  EXPECT_EQ(notes, (std::vector<std::string>{"none", "disconnect"}));
}

TEST_P(DrainingTest, AClientThatHasEndedItsSideIsADisconnectForItsLaterRequestsToo) {
  open_site();
  EXPECT_TRUE(talk(get("/sleep") + get("/reason")).empty());
  server->at(fd).incoming_ended = true;
  server->pass(42s);
  EXPECT_EQ(notes, (std::vector<std::string>{"disconnect", "disconnect"}));
}

TEST_P(DrainingTest, AClientThatReadsNothingIsADeadline) {
  open_site();
  server->at(fd).room = 1000;
  EXPECT_TRUE(talk(get("/reason")).empty());
  server->pass(60s);
  EXPECT_EQ(notes, (std::vector<std::string>{"none", "deadline"}));
}

TEST_P(DrainingTest, ACancelledRequestIsADeadline) {
  open_site();
  EXPECT_TRUE(talk(get("/reason")).empty());
  server->shard->cancel(server->shard->report(1).requests.at(0).id);
  server->turn(4);
  EXPECT_EQ(notes, (std::vector<std::string>{"none", "deadline"}));
}

TEST_P(DrainingTest, TheDeadlineOfADrainIsAShutdown) {
  Options options;
  options.drain_timeout = 5s;
  open_site(options);
  EXPECT_TRUE(talk(get("/reason")).empty());
  drain();
  server->pass(6s);
  EXPECT_EQ(notes, (std::vector<std::string>{"none", "shutdown"}));
}

TEST_P(DrainingTest, AnAbortIsAShutdown) {
  open_site();
  EXPECT_TRUE(talk(get("/reason")).empty());
  server->shard->abort_all();
  server->turn(4);
  EXPECT_EQ(notes, (std::vector<std::string>{"none", "shutdown"}));
}

MASTIC_FOR_BOTH_TRANSFERS(DrainingTest);

}  // namespace
}  // namespace mastic::server
