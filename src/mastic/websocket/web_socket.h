// A WebSocket, as handlers and other code use it.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/async/task.h"
#include "mastic/base/ip_address.h"
#include "mastic/json/json.h"
#include "mastic/topics/topic.h"
#include "mastic/websocket/message.h"

namespace mastic::websocket {

class Line;

/// One end of a WebSocket: a value, whose copies are the same socket. A copy does not keep the
/// connection open, and may outlive it: then it is closed, and every call says so.
///
///     site.websocket<"/echo">([](WebSocket& socket) -> Task<> {
///       while (auto message = co_await socket.receive()) co_await socket.send(*message);
///     });
///
/// Only the handler may receive. Everything else may be called from any thread. Messages that one
/// thread sends arrive in the order in which they were sent. Nothing is kept without a bound: at
/// Options::max_queue_bytes, `send` waits and `try_send` refuses.
///
/// When the handler returns, the socket is closed with 1000; when it throws, with 1011.
class WebSocket {
 public:
  // ---- receiving: in the handler ----

  /// Waits for the next message. Gives nothing when the socket is closed, by either side; `closed`
  /// then says how. While a handler does not receive, at most 16 messages, or max_message_bytes, are
  /// read ahead; then the client has to wait.
  [[nodiscard]] async::Task<std::optional<Message>> receive();
  /// Waits for the next message and reads it as JSON. A message that is not a T closes the socket
  /// with 1007 and a reason that names the place; then, and when the socket is closed, gives
  /// nothing.
  template <json::JsonReadable T>
  [[nodiscard]] async::Task<std::optional<T>> receive_json();
  /// Waits for the next message and gives it in pieces, so that it may be larger than memory and
  /// than max_message_bytes. Read it to its end before the next one.
  class Incoming;
  [[nodiscard]] async::Task<std::optional<Incoming>> receive_in_pieces();

  // ---- sending: from any thread ----

  /// Sends a message of text, which has to be UTF-8 (otherwise throws std::invalid_argument). Waits
  /// while the client is too far behind. Gives Taken or Closed.
  [[nodiscard]] async::Task<Sent> send(std::string text);
  [[nodiscard]] async::Task<Sent> send(Message message);
  /// Sends a message of bytes.
  [[nodiscard]] async::Task<Sent> send_binary(std::string bytes);
  /// Sends `value` as JSON.
  template <json::JsonWritable T>
  [[nodiscard]] async::Task<Sent> send_json(const T& value) {
    return send(json::to_json(value));
  }
  /// Sends without waiting, or says that the client is behind. Not only for tasks.
  Sent try_send(std::string text);
  Sent try_send(Message message);
  /// Begins a message that is sent in pieces, so that it may be larger than memory. Other messages
  /// wait until it has ended.
  class Outgoing;
  [[nodiscard]] async::Task<std::optional<Outgoing>> send_in_pieces(bool is_binary);

  // ---- topics ----

  /// Has every message of `topic` sent to this socket. Messages that this handler sends before keep
  /// their place before. Does nothing when the socket is subscribed already.
  void subscribe(const topics::Topic& topic);
  void unsubscribe(const topics::Topic& topic);

  // ---- the end ----

  /// Begins to close the socket, after everything that was sent. `reason` has at most 123 bytes.
  /// Throws std::invalid_argument for a code that must not be sent (may_be_sent).
  void close(CloseCode code = CloseCode::Normal, std::string_view reason = {});
  /// Whether messages can still be sent; another thread or the client may change that at any time.
  [[nodiscard]] bool is_open() const;
  /// How the socket was closed; nothing while it is open.
  [[nodiscard]] std::optional<Closed> closed() const;

  /// The address of the client.
  [[nodiscard]] const base::Endpoint& peer() const;
  /// The subprotocol that was agreed on; empty without one.
  [[nodiscard]] std::string_view protocol() const;

 private:
  std::shared_ptr<Line> line_;
};

}  // namespace mastic::websocket
