#include "mastic/testing/network_faults.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "mastic/mastic.h"
#include "mastic/routing/router.h"
#include "mastic/testing/test_client.h"
#include "mastic/testing/test_server.h"

namespace mastic::testing {
namespace {

using app::Request;
using app::Task;
using http::Status;
using namespace std::chrono_literals;

/// What a handler has seen of its client.
struct SeenByServer {
  int requests = 0;
  int finished = 0;
  int complete = 0;
};

routing::Router make_watched_site(SeenByServer& seen) {
  routing::Router site;
  site.post("/echo", [&seen](Request& request) -> Task<std::string> {
    ++seen.requests;
    request.on_finish([&seen](const app::Outcome& outcome) {
      ++seen.finished;
      seen.complete += outcome.complete ? 1 : 0;
    });
    co_await request.gather();
    co_return std::string(request.text());
  });
  return site;
}

TEST(NetworkFaults, EveryByteMayComeByItself) {
  SeenByServer seen;
  TestClient client(make_watched_site(seen));
  client.network({.send_bytes = 1});
  EXPECT_EQ(client.post("/echo", "tea please").expect().text, "tea please");
  TestServer server(make_watched_site(seen));
  TestClient live = TestClient::connect(server.url());
  live.network({.send_bytes = 1});
  EXPECT_EQ(live.post("/echo", "tea please").expect().text, "tea please");
}

TEST(NetworkFaults, CloseTheConnectionBefore) {
  Router site;
  site.get("/", [] { return "hello"; });
  TestClient client(std::move(site), {.max_connections_per_ip = 1});
  client.set_peer("203.0.113.9");
  client.get("/").expect();
  client.network({.send_bytes = 1});
  client.get("/").expect();
  client.set_peer("203.0.113.9", 40'001);
  client.get("/").expect();
}

TEST(NetworkFaults, ASlowWriterIsGivenUp) {
  SeenByServer seen;
  TestClient client(make_watched_site(seen));
  client.network({.send_bytes = 1, .send_pause = 20s});
  EXPECT_EQ(client.post("/echo", "tea").status, Status::RequestTimeout);
}

TEST(NetworkFaults, ASlowReaderGetsAllOfIt) {
  SeenByServer seen;
  TestClient client(make_watched_site(seen));
  client.network({.receive_bytes = 10'000, .receive_pause = 100ms});
  const base::WallTime before = client.now();
  EXPECT_EQ(client.post("/echo", std::string(200'000, 'x')).expect().text.size(), 200'000u);
  EXPECT_GE(client.now() - before, 1900ms);
  EXPECT_EQ(seen.complete, 1);
}

TEST(NetworkFaults, AReaderThatIsTooSlowIsGivenUp) {
  SeenByServer seen;
  TestClient client(make_watched_site(seen));
  client.network({.receive_bytes = 1, .receive_pause = 2h});
  EXPECT_THROW((void)client.post("/echo", std::string(200'000, 'x')), std::logic_error);
  client.pass(1h);
  EXPECT_EQ(seen.finished, 1);
  EXPECT_EQ(seen.complete, 0);
}

TEST(NetworkFaults, AClientMayLeaveAtEveryByte) {
  for (const bool resets : {false, true}) {
    for (std::uint64_t n = 0; n < 100; ++n) {
      SeenByServer seen;
      TestClient client(make_watched_site(seen));
      client.network({.leave_after_sent = n, .resets = resets});
      const std::string content(200, 'x');
      EXPECT_THROW((void)client.post("/echo", content), ClientLeft) << n;
      client.network({.leave_after_received = n, .resets = resets});
      EXPECT_THROW((void)client.post("/echo", content), ClientLeft) << n;
      client.network({});
      EXPECT_EQ(client.post("/echo", content).expect().text, content) << "others are served";
      client.pass(1min);
      EXPECT_EQ(seen.finished, seen.requests) << n;
    }
  }
}

TEST(NetworkFaults, EachKindOfCallSaysThatItsClientHasLeft) {
  routing::Router site;
  site.get("/feed", [] { return app::Response::text("no events"); });
  site.websocket("/echo", [](websocket::WebSocket& socket) -> Task<> {
    while (auto message = co_await socket.receive()) co_await socket.send(message->data);
  });
  TestClient client(std::move(site));
  client.network({.leave_after_sent = 20});
  EXPECT_THROW(client.get("/feed"), ClientLeft);
  EXPECT_THROW(client.events("/feed"), ClientLeft);
  EXPECT_THROW(client.websocket("/echo"), ClientLeft);
  EXPECT_THROW((void)client.stream("GET", "/feed").finish(), ClientLeft);
  client.network({.leave_after_sent = 200});
  TestSocket socket = client.websocket("/echo");
  EXPECT_THROW(
      {
        socket.send(std::string(200, 'x'));
        (void)socket.receive();
      },
      ClientLeft);
}

}  // namespace
}  // namespace mastic::testing
