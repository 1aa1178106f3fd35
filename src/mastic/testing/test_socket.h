// A WebSocket, of which a test plays the client.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/base/attributes.h"
#include "mastic/json/json.h"
#include "mastic/testing/test_response.h"
#include "mastic/websocket/message.h"

namespace mastic::testing {

class Carrier;
struct ClientEnd;

/// A WebSocket that TestClient::websocket has opened:
///
///     auto socket = client.websocket("/echo");
///     socket.send("hi");
///     EXPECT_EQ(socket.receive().data, "hi");
///     socket.close();
///     EXPECT_EQ(socket.closed().code, CloseCode::Normal);
///
/// While the test waits, for this socket or anything else of its client, pings are answered and
/// messages are kept until they are received. Functions that wait throw std::logic_error when what
/// they wait for does not come within a day of the client's clock, and when the server breaks the
/// protocol; the message begins with the place in the test. A socket that is destroyed goes away like
/// the tab of a browser, with 1001. When the application was destroyed with its last client, functions
/// throw std::logic_error. All calls must come from the thread of the client.
class TestSocket {
 public:
  /// Made by TestClient::websocket, from the answer to the handshake.
  TestSocket(Carrier& carrier, ClientEnd& peer, TestResponse response);
  TestSocket(TestSocket&&) noexcept;
  TestSocket& operator=(TestSocket&&) noexcept;
  ~TestSocket();

  /// The answer to the handshake. With any status but 101, the server has refused the socket, and
  /// all functions that send or receive throw std::logic_error.
  [[nodiscard]] const TestResponse& response() const MASTIC_LIFETIMEBOUND;
  /// Whether the socket was accepted and is not closed, as far as the client knows.
  [[nodiscard]] bool is_open() const;
  /// The subprotocol that was agreed on; empty without one.
  [[nodiscard]] std::string_view protocol() const MASTIC_LIFETIMEBOUND;

  /// Sends a message of text, whether or not it is UTF-8, and runs what is ready. Throws
  /// std::logic_error after `close`; when the server has closed the socket, nothing is sent.
  void send(std::string_view text, Where where = Where::current());
  /// Sends a message of bytes.
  void send_binary(std::string_view bytes, Where where = Where::current());
  /// Sends `value` as JSON.
  template <json::JsonWritable T>
  void send_json(const T& value, Where where = Where::current()) {
    send(json::to_json(value), where);
  }
  /// Sends bytes as they are: frames that the test has made by hand. As for every client, their
  /// content has to be masked.
  void send_frames(std::string_view bytes, Where where = Where::current());

  /// Waits for the next message. Throws std::logic_error when the socket is closed instead; the
  /// message has the code and the reason.
  websocket::Message receive(Where where = Where::current());
  /// Waits for the next message and reads it as JSON. Throws std::logic_error, with the place and
  /// the message, when it is not a T.
  template <json::JsonReadable T>
  T receive_json(Where where = Where::current()) {
    const websocket::Message message = receive(where);
    auto value = message.json<T>();
    if (!value) throw_no_json(message, value.error().message, where);
    return *std::move(value);
  }

  /// Begins to close the socket.
  void close(websocket::CloseCode code = websocket::CloseCode::Normal, std::string_view reason = {},
             Where where = Where::current());
  /// Waits until the socket is closed and tells how, as the client sees it: `by_peer` is true when
  /// the server began to close it. Messages that were not received are still kept.
  const websocket::Closed& closed(Where where = Where::current()) MASTIC_LIFETIMEBOUND;
  /// The connection is lost, without a close frame.
  void vanish(Where where = Where::current());

  /// The client reads nothing more from now on, so that the server finds it behind.
  void stop_reading(Where where = Where::current());
  /// The client reads again, what has come meanwhile, too.
  void read_on(Where where = Where::current());
  /// The client answers no pings from now on.
  void ignore_pings(Where where = Where::current());

 private:
  class Line;
  [[noreturn]] void throw_no_json(const websocket::Message& message, const std::string& why,
                                  const Where& where) const;

  std::unique_ptr<Line> line_;
};

}  // namespace mastic::testing
