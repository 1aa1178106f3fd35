// A WebSocket, as handlers and other code use it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mastic/async/generator.h"
#include "mastic/async/operation.h"
#include "mastic/async/task.h"
#include "mastic/base/ip_address.h"
#include "mastic/base/utf8.h"
#include "mastic/json/json.h"
#include "mastic/topics/topic.h"
#include "mastic/websocket/message.h"

namespace mastic::websocket {

class Line;
class HandlerTask;
class TaskRun;
struct QueuedFrame;

/// A counted reference to a Line. May be null.
class LineRef {
 public:
  /// Refers to no line.
  LineRef() = default;
  /// Counts one more reference to `line`, which may be null.
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

  /// The line, or null. It lives at least as long as this reference.
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
  /// Makes a socket without a connection, which is closed.
  WebSocket() = default;
  /// Makes a handle of the socket that `line` belongs to. Called by the session.
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

  /// A message that is received in pieces.
  class Incoming;
  /// Waits for the next message and gives it in pieces, so that it may be larger than memory: from
  /// the first call until `receive` is called, max_message_bytes, max_frame_bytes and max_fragments
  /// do not hold. What is left unread of a message is dropped when the next one is asked for.
  [[nodiscard]] async::Task<std::optional<Incoming>> receive_in_pieces();

  // ---- sending: from any thread ----

  /// Sends a message of text, which has to be UTF-8 (otherwise throws std::invalid_argument). Waits
  /// while the client is too far behind. Gives Taken or Closed.
  [[nodiscard]] async::Task<Sent> send(std::string text);
  [[nodiscard]] async::Task<Sent> send(Message message);
  /// Sends a message of bytes.
  [[nodiscard]] async::Task<Sent> send_binary(std::string bytes);
  /// Sends `value` as JSON.
  template <class T>
    requires json::JsonWritable<std::remove_cvref_t<T>>
  [[nodiscard]] async::Task<Sent> send_json(T&& value) {
    static_assert(async::detail::kMayBeYielded<T&&, std::remove_cvref_t<T>>,
                  "GCC 12 does not keep a struct that has no name while a coroutine waits: give it "
                  "a name, as in `Notice notice{...}; co_await socket.send_json(notice);`");
    return send(json::to_json(value));
  }
  /// Sends without waiting, or says that the client is behind. Not only for tasks.
  Sent try_send(std::string text);
  Sent try_send(Message message);

  /// A message that is sent in pieces.
  class Outgoing;
  /// Begins a message that is sent in pieces, so that it may be larger than memory. Waits until no
  /// other message is being sent in pieces. Until it has ended, other messages wait, and `try_send`
  /// says Full. Gives nothing when the socket is closed.
  [[nodiscard]] async::Task<std::optional<Outgoing>> send_in_pieces(bool is_binary);

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
  /// The task that may receive. Throws std::logic_error when it is not the one that is running.
  [[nodiscard]] TaskRun& handler() const;

  LineRef line_;
};

/// It gives a message, or nothing when the socket is closed.
class [[nodiscard]] WebSocket::Receive final : public async::Operation {
 public:
  /// What is wanted: a whole message, the first piece of the next one, or the next piece.
  enum class Wanted : std::uint8_t { Message, First, Piece };
  explicit Receive(TaskRun& run, Wanted wanted = Wanted::Message) : run_(run), wanted_(wanted) {}
  Receive(Receive&&) noexcept = default;  ///< Requires: the other Receive has not been awaited.
  ~Receive() override;
  [[nodiscard]] std::optional<Message> await_resume();
  /// Whether the piece was the last one of its message.
  [[nodiscard]] bool is_last() const { return !arrival_ || arrival_->is_last; }

 private:
  friend class TaskRun;
  void start(async::Executor& executor) override;
  Cancel cancel() noexcept override;

  TaskRun& run_;
  const Wanted wanted_;
  bool waits_ = false;
  bool is_second_ = false;            ///< another task receives
  std::unique_ptr<Arrival> arrival_;  ///< null when the socket is closed
};

/// The message belongs to the handler that receives it.
class WebSocket::Incoming {
 public:
  Incoming(WebSocket socket, Message&& first, bool is_last)
      : socket_(std::move(socket)), first_(std::move(first)), is_complete_(is_last) {}

  [[nodiscard]] bool is_binary() const { return first_.is_binary; }
  /// Waits for the next piece. Gives nothing at the end of the message, and when the socket is
  /// closed before that (is_complete). A piece of text may end within a character.
  [[nodiscard]] async::Task<std::optional<std::string>> next();
  /// Whether the last piece of the message has arrived.
  [[nodiscard]] bool is_complete() const { return is_complete_; }

 private:
  WebSocket socket_;
  Message first_;
  bool has_given_first_ = false;
  bool is_complete_;
};

/// A message that is not ended cannot be taken back, so destroying it before `end` closes the socket
/// with 1011. Used by one thread at a time.
class WebSocket::Outgoing {
 public:
  Outgoing(LineRef line, bool is_binary) : line_(std::move(line)), is_binary_(is_binary) {}
  Outgoing(Outgoing&&) noexcept = default;
  Outgoing& operator=(Outgoing&&) = delete;
  ~Outgoing();

  /// Sends a piece, and waits while the client is too far behind. Pieces of text may end within a
  /// character. Gives Taken or Closed. Throws std::invalid_argument when text is not UTF-8.
  [[nodiscard]] async::Task<Sent> write(std::string piece);
  /// Ends the message. Gives Taken or Closed. Throws std::invalid_argument when text ends within a
  /// character.
  Sent end();

 private:
  [[nodiscard]] std::unique_ptr<QueuedFrame> make_frame(std::string piece) const;

  LineRef line_;  ///< null once the message has ended
  bool is_binary_;
  bool has_begun_ = false;  ///< a piece was sent
  base::Utf8Checker text_;
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
