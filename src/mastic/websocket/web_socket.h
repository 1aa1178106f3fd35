// A WebSocket, as handlers and other code use it.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/async/operation.h"
#include "mastic/async/task.h"
#include "mastic/base/ip_address.h"
#include "mastic/json/json.h"
#include "mastic/topics/topic.h"
#include "mastic/websocket/message.h"

namespace mastic::websocket {

class Line;
class HandlerTask;
class TaskRun;

/// A counted reference to a Line. May be null.
class LineRef {
 public:
  LineRef() = default;
  explicit LineRef(Line* line) noexcept;
  LineRef(const LineRef& other) noexcept : LineRef(other.line_) {}
  LineRef(LineRef&& other) noexcept : line_(std::exchange(other.line_, nullptr)) {}
  LineRef& operator=(LineRef other) noexcept {
    std::swap(line_, other.line_);
    return *this;
  }
  ~LineRef();
  /// Takes over a reference that was counted already.
  [[nodiscard]] static LineRef adopt(Line& line) noexcept;

  [[nodiscard]] Line* get() const { return line_; }
  [[nodiscard]] Line* operator->() const { return line_; }
  [[nodiscard]] explicit operator bool() const { return line_ != nullptr; }
  friend bool operator==(const LineRef&, const LineRef&) = default;

 private:
  Line* line_ = nullptr;
};

/// One end of a WebSocket: a value, whose copies are the same socket. A copy does not keep the
/// connection open, and may outlive it: then it is closed, and every call says so. A WebSocket that
/// was made without a connection is closed, too.
///
///     site.websocket<"/echo">([](WebSocket& socket) -> Task<> {
///       while (auto message = co_await socket.receive()) co_await socket.send(*message);
///     });
///
/// Only the handler may receive. Everything else may be called from any thread. Messages that one
/// thread sends arrive in the order in which they were sent. Nothing is kept without a bound: at
/// Options::max_queue_bytes, `send` waits and `try_send` refuses.
///
/// When the handler returns, the socket is closed with 1000; when it throws, with 1011. When the
/// connection is gone, the handler has Options::close_timeout to end; after that, what it awaits is
/// cancelled.
class WebSocket {
 public:
  WebSocket() = default;
  explicit WebSocket(LineRef line) : line_(std::move(line)) {}

  // ---- receiving: in the handler ----

  /// The await of `receive`.
  class Receive;
  /// Waits for the next message. Gives nothing when the socket is closed, by either side; `closed`
  /// then says how. While a handler does not receive, at most 16 messages, or max_message_bytes, are
  /// read ahead; then the client has to wait. Throws std::logic_error when it is not called by the
  /// handler, or while another task of the handler receives.
  [[nodiscard]] Receive receive();
  /// Waits for the next message and reads it as JSON. A message that is not a T closes the socket
  /// with 1007 and a reason that names the place; then, and when the socket is closed, gives
  /// nothing.
  template <json::JsonReadable T>
  [[nodiscard]] async::Task<std::optional<T>> receive_json();

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

  // ---- topics: from any thread ----

  /// An await that `subscribe` returns.
  class Subscribing;
  /// Has the messages of `topic` sent to this socket, after what was sent before. While the client
  /// is behind, the policy of the topic decides which messages are kept. Does nothing when the
  /// socket is subscribed already. The subscription ends with the socket.
  ///
  /// The subscription begins when the loop has got to it. A handler that publishes something which
  /// it wants to get, too, waits for that: `co_await socket.subscribe(topic)`. Others ignore the
  /// result.
  Subscribing subscribe(const topics::Topic& topic);
  /// Ends the subscription to `topic`, if there is one. Messages that wait are dropped.
  void unsubscribe(const topics::Topic& topic);

  // ---- the end ----

  /// Begins to close the socket, after everything that was sent. `reason` has at most 123 bytes and
  /// is UTF-8. Throws std::invalid_argument for another reason, and for a code that must not be sent
  /// (may_be_sent). Does nothing when the socket is closed or closing.
  void close(CloseCode code = CloseCode::Normal, std::string_view reason = {});
  /// Whether messages can still be sent; another thread or the client may change that at any time.
  [[nodiscard]] bool is_open() const;
  /// How the socket was closed; nothing while it is open.
  [[nodiscard]] std::optional<Closed> closed() const;

  /// The address of the client.
  [[nodiscard]] base::Endpoint peer() const;
  /// The subprotocol that was agreed on; empty without one. Valid as long as this handle.
  [[nodiscard]] std::string_view protocol() const;

  /// Whether both are the same socket.
  friend bool operator==(const WebSocket&, const WebSocket&) = default;

 private:
  LineRef line_;
};

/// It gives a message, or nothing when the socket is closed.
class [[nodiscard]] WebSocket::Receive final : public async::Operation {
 public:
  explicit Receive(TaskRun& run) : run_(run) {}
  Receive(Receive&&) noexcept = default;  ///< Requires: the other Receive has not been awaited.
  ~Receive() override;
  [[nodiscard]] std::optional<Message> await_resume();

 private:
  friend class TaskRun;
  void start(async::Executor& executor) override;
  Cancel cancel() noexcept override;

  TaskRun& run_;
  bool waits_ = false;
  bool is_second_ = false;  ///< another task receives
  std::optional<Message> message_;
};

/// It ends when the loop has got to what the handler has ordered before.
class WebSocket::Subscribing final : public async::Operation {
 public:
  void await_resume() const { finish_await(); }

 private:
  void start(async::Executor&) override { complete(); }
  Cancel cancel() noexcept override { return Cancel::GivenUp; }
};

template <json::JsonReadable T>
async::Task<std::optional<T>> WebSocket::receive_json() {
  const std::optional<Message> message = co_await receive();
  if (!message) co_return std::nullopt;
  base::Result<T> value = message->template json<T>();
  if (value) co_return std::optional<T>(*std::move(value));
  close(CloseCode::InvalidData, as_close_reason(value.error().message));
  co_return std::nullopt;
}

}  // namespace mastic::websocket
