#include "mastic/testing/test_socket.h"

#include <deque>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

#include "mastic/testing/call_at.h"
#include "mastic/testing/carrier.h"
#include "mastic/wire/websocket/deflate.h"
#include "mastic/wire/websocket/frame.h"
#include "mastic/wire/websocket/masking.h"
#include "mastic/wire/websocket/message_parser.h"

namespace mastic::testing {
namespace {

using websocket::CloseCode;
using websocket::Closed;
using websocket::Message;
using wire::websocket::Inflater;
using wire::websocket::MessageLimits;
using wire::websocket::MessageParser;
using wire::websocket::Opcode;

// Whatever a server sends is taken.
constexpr MessageLimits kNoLimits{.max_message_bytes = UINT64_MAX / 2,
                                  .max_frame_bytes = UINT64_MAX / 2,
                                  .max_fragments = UINT64_MAX};

std::string frame_of(Opcode opcode, std::string_view payload) {
  // Any key is random enough for a peer in memory.
  constexpr wire::websocket::MaskingKey kKey = 0x5bd1e995;
  std::string frame(wire::websocket::kMaxFrameHeadBytes + payload.size(), '\0');
  char* const content = wire::websocket::write_frame_head(
      frame.data(), {.opcode = opcode, .length = payload.size(), .masking_key = kKey});
  (void)wire::websocket::copy_masked(content, payload, kKey);
  frame.resize(static_cast<std::size_t>(content - frame.data()) + payload.size());
  return frame;
}

/// The payload of a close frame (RFC 6455 §5.5.1): two bytes for the code, then the reason.
std::string close_payload(CloseCode code, std::string_view reason) {
  if (code == CloseCode::NoStatus) return {};
  const auto number = static_cast<std::uint16_t>(code);
  std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
  return payload.append(reason);
}

/// How a socket was closed, for a message: 1001 'going away'.
std::string said(const Closed& how) {
  std::string text = std::to_string(static_cast<int>(how.code));
  if (!how.reason.empty()) text.append(" '").append(how.reason).append("'");
  return text;
}

}  // namespace

/// The client's end of a socket. It reads after each turn of the loop, so that pings are answered
/// whatever the test waits for.
class TestSocket::Line final : public TurnWatcher {
 public:
  Line(Carrier& its_carrier, ClientEnd& its_peer, TestResponse its_response)
      : carrier(its_carrier), peer(its_peer), response(std::move(its_response)) {
    if (response.status != http::Status::SwitchingProtocols) return;
    if (const auto agreed = response.field("Sec-WebSocket-Extensions")) {
      // The widest window takes what any window has made.
      constexpr std::uint8_t kWidest = 15;
      if (agreed->starts_with("permessage-deflate")) inflater_.emplace(kWidest, true);
    }
    parser_.emplace(wire::websocket::Role::Client, kNoLimits, inflater_ ? &*inflater_ : nullptr);
    carrier.add(*this);
    turn_ended();  // frames may have come with the answer
  }
  ~Line() {
    if (!life.expired()) carrier.remove(*this);
  }

  /// Reads what has come. A breach of the protocol is kept for wait_for, which throws it where the
  /// test waits, and not inside of the loop.
  void turn_ended() override {
    // A pong that is sent slowly runs turns of its own; what comes meanwhile is read afterwards.
    if (!parser_ || !peer.reads || std::exchange(is_reading_, true)) return;
    while (!peer.received.empty()) {
      const std::string bytes = std::exchange(peer.received, {});
      std::string_view left = bytes;
      while (!closed && fault_.empty() && take(parser_->next(left, message_))) continue;
    }
    is_reading_ = false;
    // The connection has ended without a close frame (RFC 6455 §7.1.5).
    if (peer.ended && !closed) closed = Closed{.code = CloseCode::Abnormal, .by_peer = true};
  }
  void send(Opcode opcode, std::string_view payload) {
    carrier.send(peer, frame_of(opcode, payload));
  }
  /// Sends a message of the test.
  void send_message(Opcode opcode, std::string_view payload) {
    if (is_closing) {
      throw std::logic_error(
          "the test has closed this WebSocket, so it can send no message; frames that are wrong on "
          "purpose are sent by send_frames");
    }
    send(opcode, payload);
  }
  /// Calls `f`, which needs an open socket. What it throws says where the test was.
  template <class F>
  auto use(const Where& where, F f) {
    return detail::call_at(where, "WebSocket", response.request().target, [&] {
      detail::expect_alive(life, "WebSocket");
      if (response.status == http::Status::SwitchingProtocols) return detail::explain(carrier, f);
      throw std::logic_error("the WebSocket was refused: status " +
                             std::to_string(static_cast<int>(response.status)) +
                             ", content: " + response.text);
    });
  }
  /// Calls `f` like `use`, and runs what is ready then.
  template <class F>
  void act(const Where& where, F f) {
    use(where, [&] {
      f();
      carrier.run_ready();
      carrier.check_errors();
    });
  }
  /// Begins to close the socket, unless it is closed.
  void close(CloseCode code, std::string_view reason) {
    if (closed || std::exchange(is_closing, true)) return;
    send(Opcode::Close, close_payload(code, reason));
  }
  /// Waits until `done` returns true.
  void wait_for(const std::function<bool()>& done, std::string_view what) {
    carrier.wait_for(done, what, fault_);
  }

  Carrier& carrier;  ///< while `life` has not expired; so does the peer
  const std::weak_ptr<const void> life = carrier.life();
  ClientEnd& peer;
  const TestResponse response;
  std::deque<Message> messages;
  std::optional<Closed> closed;
  bool is_closing = false;  ///< the client has sent a close frame, or has vanished
  bool answers_pings = true;

 private:
  /// Returns whether there may be more in the input.
  bool take(const MessageParser::Event& event) {
    using Kind = MessageParser::Event::Kind;
    switch (event.kind) {
      case Kind::NeedMore:
        return false;
      case Kind::MessageEnd:
        messages.emplace_back(std::exchange(message_, {})).is_binary = !parser_->is_text();
        return true;
      case Kind::Ping:
        if (answers_pings) send(Opcode::Pong, std::string(event.payload));
        return true;
      case Kind::Pong:
        return true;
      case Kind::Close:
        // The answer to the client's own close frame was not begun by the peer.
        closed = Closed{event.code, std::string(event.payload), !is_closing};
        if (!is_closing) send(Opcode::Close, close_payload(event.code, {}));
        return false;
      case Kind::Malformed:
        fault_ = "the server breaks the protocol of WebSockets: " + std::string(event.payload);
        return false;
    }
    return false;
  }

  std::optional<Inflater> inflater_;
  std::optional<MessageParser> parser_;
  std::string message_;
  std::string fault_;
  bool is_reading_ = false;
};

TestSocket::TestSocket(Carrier& carrier, ClientEnd& peer, TestResponse response)
    : line_(std::make_unique<Line>(carrier, peer, std::move(response))) {}
TestSocket::TestSocket(TestSocket&&) noexcept = default;
TestSocket& TestSocket::operator=(TestSocket&&) noexcept = default;
TestSocket::~TestSocket() {
  if (!is_open()) return;
  const base::FailuresPaused paused;
  line_->close(CloseCode::GoingAway, {});
  line_->carrier.run_ready();
}

const TestResponse& TestSocket::response() const { return line_->response; }
bool TestSocket::is_open() const {
  // A socket that was moved from has no line.
  return line_ && !line_->life.expired() &&
         line_->response.status == http::Status::SwitchingProtocols && !line_->closed;
}
std::string_view TestSocket::protocol() const {
  return line_->response.field("Sec-WebSocket-Protocol").value_or("");
}

void TestSocket::send(std::string_view text, Where where) {
  line_->act(where, [&] { line_->send_message(Opcode::Text, text); });
}
void TestSocket::send_binary(std::string_view bytes, Where where) {
  line_->act(where, [&] { line_->send_message(Opcode::Binary, bytes); });
}
void TestSocket::send_frames(std::string_view bytes, Where where) {
  line_->act(where, [&] { line_->carrier.send(line_->peer, bytes); });
}

Message TestSocket::receive(Where where) {
  Line& line = *line_;
  return line.use(where, [&] {
    line.wait_for([&] { return !line.messages.empty() || line.closed; }, "message");
    if (line.messages.empty() && line.peer.has_left) {
      throw ClientLeft(detail::kHasLeft);
    }
    if (line.messages.empty()) {
      throw detail::ServerFailed("the WebSocket was closed with " + said(*line.closed) +
                                 " before a message came");
    }
    Message message = std::move(line.messages.front());
    line.messages.pop_front();
    return message;
  });
}

void TestSocket::close(CloseCode code, std::string_view reason, Where where) {
  Line& line = *line_;
  line.act(where, [&] { line.close(code, reason); });
}

const Closed& TestSocket::closed(Where where) {
  Line& line = *line_;
  // The handler learns of it, too.
  line.act(where,
           [&] { line.wait_for([&] { return line.closed.has_value(); }, "end of the WebSocket"); });
  return *line.closed;
}

void TestSocket::vanish(Where where) {
  Line& line = *line_;
  line.act(where, [&] {
    line.closed = Closed{.code = CloseCode::Abnormal};  // so nothing more is read or answered
    line.is_closing = true;
    line.carrier.leave(line.peer);
  });
}

void TestSocket::stop_reading(Where where) {
  line_->use(where, [&] { line_->peer.reads = false; });
}
void TestSocket::read_on(Where where) {
  line_->use(where, [&] { line_->carrier.read_on(line_->peer); });
}
void TestSocket::ignore_pings(Where where) {
  line_->use(where, [&] { line_->answers_pings = false; });
}

void TestSocket::throw_no_json(const Message& message, const std::string& why,
                               const Where& where) const {
  constexpr std::size_t kMaxShown = 200;
  line_->use(where, [&] {
    throw std::logic_error("the message is not the JSON that was expected: " + why +
                           "; message: " + message.data.substr(0, kMaxShown));
  });
  std::unreachable();
}

}  // namespace mastic::testing
