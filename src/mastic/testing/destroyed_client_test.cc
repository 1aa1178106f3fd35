// What a test still holds when the client that it came from is gone.

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "mastic/mastic.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace destroyed_client_test {

Router make_site() {
  Router site;
  site.websocket<"/echo">([](websocket::WebSocket& socket) -> Task<> {
    while (auto message = co_await socket.receive()) co_await socket.send(*std::move(message));
  });
  site.post("/sink", [](Request& request) { return std::string(request.text()); });
  site.get("/feed", [] {
    return Response::of_type("text/event-stream",
                             Body::produced_by([]() -> Task<std::optional<std::string>> {
                               co_await sleep_for(std::chrono::minutes(1));
                               co_return "data: tick\n\n";
                             }));
  });
  return site;
}

void expect_failure(const std::function<void()>& f, const std::string& what) {
  try {
    f();
    FAIL() << "nothing was thrown";
  } catch (const std::logic_error& error) {
    const std::string message = error.what();
    EXPECT_TRUE(message.starts_with("destroyed_client_test.cc:")) << message;
    EXPECT_TRUE(message.contains(": the client of this " + what + " was destroyed")) << message;
  }
}

TEST(DestroyedClient, EndsItsWebSockets) {
  std::optional<TestClient> client(std::in_place, make_site());
  TestSocket socket = client->websocket("/echo");
  const TestSocket unused = client->websocket("/echo");
  client.reset();
  EXPECT_FALSE(socket.is_open());
  expect_failure([&] { socket.send("hi"); }, "WebSocket");
  expect_failure([&] { (void)socket.receive(); }, "WebSocket");
  expect_failure([&] { socket.close(); }, "WebSocket");
}

TEST(DestroyedClient, EndsItsStreams) {
  std::optional<TestClient> client(std::in_place, make_site());
  TestStream stream = client->stream("POST", "/sink");
  const TestStream unused = client->stream("POST", "/sink");
  client.reset();
  expect_failure([&] { stream.send("hi"); }, "stream");
  expect_failure([&] { stream.end(); }, "stream");
  expect_failure([&] { (void)stream.finish(); }, "stream");
  expect_failure([&] { stream.leave(); }, "stream");
}

TEST(DestroyedClient, EndsItsEvents) {
  std::optional<TestClient> client(std::in_place, make_site());
  TestEvents events = client->events("/feed");
  const TestEvents unused = client->events("/feed");
  EXPECT_EQ(events.next()->data, "tick");
  client.reset();
  EXPECT_FALSE(events.is_open());
  expect_failure([&] { (void)events.next(); }, "event stream");
  expect_failure([&] { events.reconnect(); }, "event stream");
  expect_failure([&] { events.leave(); }, "event stream");
}

TEST(DestroyedClient, LeavesTheRestToAnotherOfItsApplication) {
  std::optional<TestClient> first(std::in_place, make_site());
  TestClient second = first->another();
  TestSocket socket = first->websocket("/echo");
  first.reset();
  socket.send("hi");
  EXPECT_EQ(socket.receive().data, "hi");
}

}  // namespace destroyed_client_test
}  // namespace mastic::testing
