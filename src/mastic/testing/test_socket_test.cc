#include "mastic/testing/test_socket.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mastic/mastic.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace test_socket_test {

using websocket::CloseCode;
using websocket::Message;
using websocket::WebSocket;

Task<> echo(WebSocket& socket) {
  while (auto message = co_await socket.receive()) co_await socket.send(*std::move(message));
}

struct Point {
  int x = 0;
};

TEST(TestSocket, SendsAndReceives) {
  Router site;
  site.websocket<"/echo">(echo);
  TestClient client(std::move(site));
  auto socket = client.websocket("/echo");
  ASSERT_TRUE(socket.is_open());
  socket.send("hi");
  EXPECT_EQ(socket.receive().data, "hi");
  const std::string large(300'000, 'x');
  socket.send_binary(large);
  const Message message = socket.receive();
  EXPECT_TRUE(message.is_binary);
  EXPECT_EQ(message.data, large);
  socket.send_json(Point{3});
  EXPECT_EQ(socket.receive_json<Point>().x, 3);
}

TEST(TestSocket, TellsHowItWasClosed) {
  Router site;
  site.websocket<"/echo">(echo);
  site.websocket<"/full">([](WebSocket& socket) -> Task<> {
    socket.close(CloseCode::TryAgainLater, "the room is full");
    co_return;
  });
  TestClient client(std::move(site));
  auto socket = client.websocket("/echo");
  socket.close();
  EXPECT_EQ(socket.closed().code, CloseCode::Normal);
  EXPECT_FALSE(socket.closed().by_peer);
  EXPECT_FALSE(socket.is_open());

  auto refused = client.websocket("/full");
  EXPECT_EQ(refused.closed().code, CloseCode::TryAgainLater);
  EXPECT_EQ(refused.closed().reason, "the room is full");
  EXPECT_TRUE(refused.closed().by_peer);
  const unsigned line = std::source_location::current().line() + 2;
  try {
    refused.receive();
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_EQ(error.what(),
              "test_socket_test.cc:" + std::to_string(line) +
                  ": WebSocket /full: the WebSocket was closed with 1013 'the room is "
                  "full' before a message came");
  }
}

TEST(TestSocket, KeepsTheAnswerThatRefusesIt) {
  Router site;
  site.get<"/page">([] { return "a page"; });
  TestClient client(std::move(site));
  auto socket = client.websocket("/page");
  EXPECT_FALSE(socket.is_open());
  EXPECT_EQ(socket.response().status, Status::Ok);
  EXPECT_EQ(socket.response().text, "a page");
  const unsigned line = std::source_location::current().line() + 2;
  try {
    socket.send("hi");
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_EQ(error.what(),
              "test_socket_test.cc:" + std::to_string(line) +
                  ": WebSocket /page: the WebSocket was refused: status 200, content: a page");
  }
  EXPECT_EQ(client.get("/page").text, "a page");
}

TEST(TestSocket, ReadsCompressedMessages) {
  server::Options options;
  options.websocket.compression.compress = true;
  Router site;
  site.websocket<"/echo">(echo);
  TestClient client(std::move(site), options);
  auto socket = client.websocket("/echo", {{"Sec-WebSocket-Extensions", "permessage-deflate"}});
  ASSERT_TRUE(socket.response().field("Sec-WebSocket-Extensions"));
  const std::string large(5000, 'x');
  for (int i = 0; i < 3; ++i) {
    socket.send(large);
    EXPECT_EQ(socket.receive().data, large);
  }
}

TEST(TestSocket, OfHttp10IsRefused) {
  Router site;
  site.websocket<"/echo">(echo);
  TestClient client(std::move(site));
  EXPECT_TRUE(client
                  .send_raw("GET /echo HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\n"
                            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                  .starts_with("HTTP/1.1 400 "));
}

TEST(TestSocket, OfAMountBehindMiddlewareIsOpened) {
  Router chat;
  chat.websocket<"/{room}">([](WebSocket& socket, std::string room) -> Task<> {
    co_await socket.send("this is " + room);
  });
  Router site;
  site.mount("/chat", std::move(chat)).use([](Request& request, Next next) -> Task<Response> {
    Response response = co_await next(request);
    co_return std::move(response.set("X-Seen", "yes"));
  });
  TestClient client(std::move(site));
  auto socket = client.websocket("/chat/tea");
  EXPECT_EQ(socket.response().field("X-Seen"), "yes");
  EXPECT_EQ(socket.receive().data, "this is tea");
}

TEST(TestSocket, SharesItsClientWithOtherSocketsAndRequests) {
  Router site;
  site.websocket<"/echo">(echo);
  site.get<"/page">([] { return "a page"; });
  TestClient client(std::move(site));
  std::vector<TestSocket> sockets;
  for (int i = 0; i < 5; ++i) sockets.push_back(client.websocket("/echo"));
  for (int i = 0; i < 5; ++i) sockets[static_cast<std::size_t>(i)].send(std::to_string(i));
  EXPECT_EQ(client.get("/page").text, "a page");
  for (int i = 4; i >= 0; --i) {
    EXPECT_EQ(sockets[static_cast<std::size_t>(i)].receive().data, std::to_string(i));
  }
}

TEST(TestSocket, AnswersPingsWhateverTheTestWaitsFor) {
  Router site;
  site.websocket<"/echo">(echo);
  TestClient client(std::move(site));
  auto socket = client.websocket("/echo");
  client.pass(std::chrono::hours(1));
  EXPECT_TRUE(socket.is_open());
  socket.send("still here");
  EXPECT_EQ(socket.receive().data, "still here");
  socket.ignore_pings();
  client.pass(std::chrono::hours(1));
  EXPECT_FALSE(socket.is_open());
  EXPECT_EQ(socket.closed().code, CloseCode::Abnormal);
}

TEST(TestSocket, IsClosedByADrain) {
  Router site;
  site.websocket<"/echo">(echo);
  TestClient client(std::move(site));
  auto socket = client.websocket("/echo");
  client.drain();
  EXPECT_EQ(socket.closed().code, CloseCode::ServiceRestart);
}

TEST(TestSocket, LetsAServerFindItsClientBehind) {
  server::Options options;
  options.websocket.max_queue_bytes = 100'000;
  Router site;
  site.websocket<"/flood">([](WebSocket& socket) -> Task<> {
    int taken = 0;
    while (socket.try_send(std::string(1000, 'x')) == websocket::Sent::Taken) ++taken;
    (void)co_await socket.receive();
    co_await socket.send("taken: " + std::to_string(taken));
  });
  TestClient client(std::move(site), options);
  auto socket = client.websocket("/flood");
  socket.stop_reading();
  socket.send("go");
  socket.read_on();
  std::string last = socket.receive().data;
  while (!last.starts_with("taken: ")) last = socket.receive().data;
  EXPECT_LE(std::stoi(last.substr(7)), 100);
  EXPECT_GE(std::stoi(last.substr(7)), 90);
}

TEST(TestSocket, ThatVanishesIsNoticed) {
  std::vector<std::string> ends;
  Router site;
  site.websocket<"/watch">([&ends](WebSocket& socket) -> Task<> {
    while (co_await socket.receive()) continue;
    ends.push_back(std::to_string(static_cast<int>(socket.closed()->code)));
  });
  TestClient client(std::move(site));
  client.websocket("/watch").vanish();
  {
    auto tab = client.websocket("/watch");
  }
  auto other = client.websocket("/watch");
  other.close(static_cast<CloseCode>(4001), "done");
  EXPECT_EQ(ends, (std::vector<std::string>{"1006", "1001", "4001"}));
}

}  // namespace test_socket_test
}  // namespace mastic::testing
