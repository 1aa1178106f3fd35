// What a client makes of a live server that misbehaves, or that only does what HTTP allows.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mastic/sockets/tcp_server.h"
#include "mastic/testing/recording_log.h"
#include "mastic/testing/socket_carrier.h"
#include "mastic/testing/test_client.h"

namespace mastic::testing {
namespace {

using sockets::BlockingConnection;
using namespace std::chrono_literals;

constexpr std::string_view kScriptedHello =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";

/// A server that calls a function for each connection, and closes the connection afterwards.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::function<void(BlockingConnection&)> script)
      : server_(
            [this, script = std::move(script)](BlockingConnection& connection) {
              ++connections_;
              script(connection);
            },
            {}, log_) {
    EXPECT_TRUE(server_.listen("127.0.0.1:0"));
    EXPECT_TRUE(server_.start());
  }
  [[nodiscard]] TestClient client() const {
    return TestClient::connect("http://" + server_.addresses()[0].to_string());
  }
  [[nodiscard]] const base::Address& address() const { return server_.addresses()[0]; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  std::atomic<int> connections_ = 0;
  RecordingLog log_;
  sockets::TcpServer server_;
};

/// Reads the head of a request; false at the end of the connection.
bool read_scripted_head(BlockingConnection& connection) {
  return connection.read_until("\r\n\r\n").has_value();
}

std::string thrown_message(const std::function<void()>& f) {
  try {
    f();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(MisbehavingServer, MayCloseAConnectionBetweenTwoRequests) {
  const ScriptedServer server([](BlockingConnection& connection) {
    if (read_scripted_head(connection)) connection.write(kScriptedHello);
  });
  TestClient client = server.client();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.get("/").text, "hello");
  EXPECT_EQ(server.connections(), 5);
}

TEST(MisbehavingServer, IsSentARequestAgainOnlyIfThatIsSafe) {
  const ScriptedServer server([](BlockingConnection& connection) {
    if (!read_scripted_head(connection)) return;
    connection.write(kScriptedHello);
    (void)read_scripted_head(connection);  // and closes it just as the second request comes
  });
  TestClient client = server.client();
  EXPECT_EQ(client.get("/").text, "hello");
  EXPECT_EQ(client.get("/").text, "hello");
  EXPECT_EQ(server.connections(), 2);
  const std::string message = thrown_message([&] { client.post("/", ""); });
  EXPECT_TRUE(
      message.contains("POST /: the server closed the connection without an answer; it had "
                       "answered other requests before, and POST may have been obeyed"))
      << message;
}

TEST(MisbehavingServer, IsTakenAtItsWordWhenItSaysThatItCloses) {
  std::atomic<int> left = 0;
  const ScriptedServer server([&](BlockingConnection& connection) {
    if (!read_scripted_head(connection)) return;
    connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    if (!read_scripted_head(connection)) ++left;  // the client has to leave first
  });
  TestClient client = server.client();
  client.get("/").expect();
  client.get("/").expect();
  EXPECT_EQ(server.connections(), 2);
  while (left < 2) client.pass(1ms);
}

TEST(MisbehavingServer, IsToldFromTheNextAnswerWhenItSendsTooMuch) {
  const ScriptedServer server([](BlockingConnection& connection) {
    while (read_scripted_head(connection)) {
      connection.write(std::string(kScriptedHello) + std::string(kScriptedHello));
    }
  });
  TestClient client = server.client();
  const std::string twice = thrown_message([&] { client.get("/"); });
  EXPECT_TRUE(
      twice.contains("GET /: the server has sent 69 bytes that belong to no answer: "
                     "HTTP/1.1 200 OK\\x0D\\x0A"))
      << twice;
  const std::string after_head = thrown_message([&] { client.head("/"); });
  EXPECT_TRUE(after_head.contains("bytes that belong to no answer: hello")) << after_head;
}

TEST(MisbehavingServer, MaySwitchTheProtocolUnasked) {
  const ScriptedServer server([](BlockingConnection& connection) {
    if (!read_scripted_head(connection)) return;
    connection.write(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tea\r\n\r\n");
    (void)read_scripted_head(connection);
  });
  TestClient client = server.client();
  EXPECT_EQ(client.get("/").status, http::Status::SwitchingProtocols);
  EXPECT_EQ(client.events("/").response().status, http::Status::SwitchingProtocols);
  EXPECT_EQ(client.stream("POST", "/").finish().status, http::Status::SwitchingProtocols);
}

TEST(MisbehavingServer, IsGivenUpWhenItSendsOnlyInterimResponses) {
  const ScriptedServer server([](BlockingConnection& connection) {
    if (!read_scripted_head(connection)) return;
    while (!connection.stop_token().stop_requested()) {
      connection.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    }
  });
  const std::string message = thrown_message([&] { server.client().get("/"); });
  EXPECT_TRUE(message.contains("there are more than 10000 interim responses, and no answer"))
      << message;
}

TEST(MisbehavingServer, MayCloseWithinItsAnswer) {
  const ScriptedServer server([](BlockingConnection& connection) {
    if (read_scripted_head(connection)) connection.write(kScriptedHello.substr(0, 30));
  });
  const std::string message = thrown_message([&] { server.client().get("/"); });
  EXPECT_TRUE(
      message.contains("the server closed the connection within the answer, after 30 bytes"))
      << message;
}

// RFC 6455 §1.3 has the key that TestClient sends.
TEST(MisbehavingServer, DoesNotConfuseASlowPongWithMessages) {
  const ScriptedServer server([](BlockingConnection& connection) {
    if (!read_scripted_head(connection)) return;
    connection.write(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
    (void)connection.read_exactly(7);  // a message of the client, with its mask
    connection.write(
        std::string_view("\x89\x00\x81\x01"
                         "A",
                         5));
    (void)connection.read(1);  // the first byte of the pong
    connection.write(
        "\x81\x01"
        "B");
    while (connection.read()) continue;
  });
  TestClient client = server.client();
  TestSocket socket = client.websocket("/");
  socket.send("?");
  EXPECT_EQ(socket.receive().data, "A");
  EXPECT_EQ(socket.receive().data, "B");
  client.network({.send_bytes = 1, .send_pause = 20ms});
  TestSocket slow = client.websocket("/");
  slow.send("?");
  EXPECT_EQ(slow.receive().data, "A");
  EXPECT_EQ(slow.receive().data, "B");
}

TEST(SocketCarrier, TriesEachAddressOfAName) {
  const ScriptedServer server([](BlockingConnection& connection) {
    if (read_scripted_head(connection)) connection.write(kScriptedHello);
  });
  const auto nowhere = *base::Address::parse("unix:/nonexistent/a.sock");
  SocketCarrier carrier({{nowhere, server.address()}, "a.example", {}});
  ClientEnd& end = carrier.connect();
  carrier.send(end, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  carrier.wait_for([&] { return end.received == kScriptedHello; }, "answer");
  SocketCarrier lost({{nowhere, nowhere}, "a.example", {}});
  EXPECT_EQ(thrown_message([&] { lost.connect(); }),
            "cannot connect to unix:/nonexistent/a.sock: No such file or directory, nor to "
            "unix:/nonexistent/a.sock: No such file or directory; does the server run?");
}

}  // namespace
}  // namespace mastic::testing
