#include "mastic/websocket/web_socket.h"

#include <memory>
#include <new>
#include <stdexcept>

#include "mastic/base/utf8.h"
#include "mastic/websocket/handler_task.h"
#include "mastic/websocket/line.h"

namespace mastic::websocket {
namespace {

using wire::websocket::Opcode;

constexpr std::size_t kMaxReasonBytes = wire::websocket::kMaxControlBytes - 2;

constexpr std::string_view kNotUtf8 =
    "WebSocket: text that is sent has to be UTF-8; send bytes as a binary message";

std::unique_ptr<QueuedFrame> to_item(Message&& message) {
  if (!message.is_binary && !base::is_utf8(message.data)) {
    throw std::invalid_argument(
        "WebSocket::send: the text is not UTF-8; use send_binary for bytes");
  }
  auto item = std::make_unique<QueuedFrame>();
  item->opcode = message.is_binary ? Opcode::Binary : Opcode::Text;
  item->data = std::move(message.data);
  item->may_compress = message.may_compress;
  return item;
}

async::Task<Sent> send_when_there_is_room(LineRef line, std::unique_ptr<QueuedFrame> item) {
  Line::WaitForRoom wait(std::move(line), std::move(item));
  co_return co_await wait;
}

}  // namespace

std::string_view as_close_reason(std::string_view text) {
  if (!base::is_utf8(text)) return {};
  if (text.size() <= kMaxReasonBytes) return text;
  std::size_t end = kMaxReasonBytes;
  // A character that would be cut is left out: its bytes after the first begin with the bits 10.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

// ---- receiving ----

WebSocket::Receive WebSocket::receive() { return Receive(handler()); }

TaskRun& WebSocket::handler() const {
  TaskRun* const run = line_ ? line_->handler() : nullptr;
  if (run == nullptr || async::Context::running() != run) {
    throw std::logic_error(
        "WebSocket::receive() was called outside of the socket's handler; only the handler, and "
        "tasks that it starts, may receive");
  }
  return *run;
}

WebSocket::Receive::~Receive() {
  if (waits_) run_.forget(*this);
}

void WebSocket::Receive::start(async::Executor&) { run_.begin(*this); }

async::Operation::Cancel WebSocket::Receive::cancel() noexcept {
  run_.forget(*this);
  return Cancel::GivenUp;
}

std::optional<Message> WebSocket::Receive::await_resume() {
  finish_await();
  if (is_second_) {
    throw std::logic_error("WebSocket::receive(): another task of the handler receives already");
  }
  if (!arrival_) return std::nullopt;
  return std::move(arrival_->message);
}

async::Task<std::optional<WebSocket::Incoming>> WebSocket::receive_in_pieces() {
  Receive first(handler(), Receive::Wanted::First);
  std::optional<Message> message = co_await first;
  if (!message) co_return std::nullopt;
  co_return std::optional<Incoming>(std::in_place, *this, *std::move(message), first.is_last());
}

async::Task<std::optional<std::string>> WebSocket::Incoming::next() {
  if (!std::exchange(has_given_first_, true)) co_return std::move(first_.data);
  if (is_complete_) co_return std::nullopt;
  Receive piece(socket_.handler(), Receive::Wanted::Piece);
  std::optional<Message> message = co_await piece;
  if (!message) co_return std::nullopt;
  is_complete_ = piece.is_last();
  co_return std::move(message->data);
}

// ---- sending ----

/// Only a message that need not wait is sent without a coroutine. In the coroutine, a handler that
/// ignores that its socket is closed is cancelled.
async::Task<Sent> WebSocket::send(Message message) {
  if (!line_) return Sent::Closed;
  std::unique_ptr<QueuedFrame> item = to_item(std::move(message));
  if (line_->offer(item) == Sent::Taken) return Sent::Taken;
  return send_when_there_is_room(line_, std::move(item));
}

async::Task<Sent> WebSocket::send(std::string text) { return send(Message(std::move(text))); }

async::Task<Sent> WebSocket::send_binary(std::string bytes) {
  return send(Message::of_bytes(std::move(bytes)));
}

Sent WebSocket::try_send(Message message) {
  if (!line_) return Sent::Closed;
  std::unique_ptr<QueuedFrame> item = to_item(std::move(message));
  return line_->offer(item);
}

Sent WebSocket::try_send(std::string text) { return try_send(Message(std::move(text))); }

// ---- sending in pieces ----

async::Task<std::optional<WebSocket::Outgoing>> WebSocket::send_in_pieces(bool is_binary) {
  if (!line_) co_return std::nullopt;
  const LineRef line = line_;
  auto turn = std::make_unique<QueuedFrame>();
  turn->part = QueuedFrame::Part::Begin;
  Sent sent = line->offer(turn);
  if (sent != Sent::Taken) {
    Line::WaitForRoom wait(line, std::move(turn));
    sent = co_await wait;
  }
  if (sent != Sent::Taken) co_return std::nullopt;
  co_return std::optional<Outgoing>(std::in_place, line, is_binary);
}

WebSocket::Outgoing::~Outgoing() {
  if (!line_) return;
  try {
    line_->close(CloseCode::InternalError, "a message was not ended");
  } catch (const std::bad_alloc&) {  // the next use of the socket will not get memory either
  }
}

std::unique_ptr<QueuedFrame> WebSocket::Outgoing::make_frame(std::string piece) const {
  auto frame = std::make_unique<QueuedFrame>();
  frame->part = QueuedFrame::Part::Piece;
  frame->opcode = has_begun_ ? Opcode::Continuation : is_binary_ ? Opcode::Binary : Opcode::Text;
  frame->data = std::move(piece);
  return frame;
}

async::Task<Sent> WebSocket::Outgoing::write(std::string piece) {
  if (!line_) throw std::logic_error("WebSocket::Outgoing: the message has ended already");
  if (!is_binary_ && !text_.feed(piece)) throw std::invalid_argument(std::string(kNotUtf8));
  std::unique_ptr<QueuedFrame> frame = make_frame(std::move(piece));
  has_begun_ = true;
  if (line_->offer(frame) == Sent::Taken) return Sent::Taken;
  return send_when_there_is_room(line_, std::move(frame));
}

Sent WebSocket::Outgoing::end() {
  if (!line_) throw std::logic_error("WebSocket::Outgoing: the message has ended already");
  if (!is_binary_ && !text_.is_complete()) throw std::invalid_argument(std::string(kNotUtf8));
  std::unique_ptr<QueuedFrame> frame = make_frame({});
  frame->part = QueuedFrame::Part::End;
  const Sent sent = line_->offer(frame);
  line_ = LineRef();
  return sent;
}

// ---- topics ----

WebSocket::Subscribing WebSocket::subscribe(const topics::Topic& topic) {
  if (line_) line_->order(QueuedFrame::Kind::Subscribe, topic);
  return {};
}

void WebSocket::unsubscribe(const topics::Topic& topic) {
  if (line_) line_->order(QueuedFrame::Kind::Unsubscribe, topic);
}

// ---- the end ----

void WebSocket::close(CloseCode code, std::string_view reason) {
  if (!wire::websocket::may_be_sent(code)) {
    throw std::invalid_argument("WebSocket::close: the code " +
                                std::to_string(static_cast<int>(code)) +
                                " must not be sent; use 1000, or 4000 to 4999 for your own");
  }
  if (reason.size() > kMaxReasonBytes) {
    throw std::invalid_argument("WebSocket::close: the reason has " +
                                std::to_string(reason.size()) + " bytes; 123 are allowed");
  }
  if (!base::is_utf8(reason)) {
    throw std::invalid_argument("WebSocket::close: the reason is not UTF-8");
  }
  if (line_) line_->close(code, reason);
}

bool WebSocket::is_open() const { return line_ && line_->is_open(); }

std::optional<Closed> WebSocket::closed() const { return line_ ? line_->closed() : Closed(); }

base::Endpoint WebSocket::peer() const { return line_ ? line_->peer() : base::Endpoint(); }

std::string_view WebSocket::protocol() const { return line_ ? line_->protocol() : ""; }

}  // namespace mastic::websocket
