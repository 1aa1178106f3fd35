// What arrives on a WebSocket: messages for the handler, pings, and the close frame.

#include <string>
#include <utility>

#include "mastic/websocket/loop_share.h"
#include "mastic/websocket/session.h"

namespace mastic::websocket {

using wire::websocket::MessageParser;
using wire::websocket::Opcode;
using Kind = MessageParser::Event::Kind;

void Session::received(std::string_view bytes) noexcept {
  if (phase_ == Phase::Open) heard_something();
  if (wrote_close_) count_late(bytes.size());
  if (phase_ > Phase::Closing) return;
  host_.with_memory([&] { consume(bytes); });
}

/// Anything that arrives shows that the client is there.
void Session::heard_something() noexcept {
  heard_ = now();
  if (is_pinged_ && !is_draining_) watch();
  is_pinged_ = false;
}

/// A client that sends too much after our close frame has to wait, until the deadline ends the
/// connection.
void Session::count_late(std::size_t bytes) noexcept {
  const std::uint64_t most = options_.max_message_bytes + kMaxLateBytes;
  if (line_->count_late(bytes) > most) stream().pause_reading();
}

/// A message that arrives in one piece is read with the state that all sockets of the loop share. A
/// socket keeps that state only while something of it is left.
void Session::consume(std::string_view input) {
  const LineRef kept_alive = line_;  // the connection may be closed on the way
  if (line_ && line_->reading) {
    Reading& reading = *line_->reading;
    if (is_paused_) {
      reading.rest.append(input);
      return;
    }
    consume(reading, input);
    if (phase_ <= Phase::Closing) release_reading();
  } else {
    std::unique_ptr<Reading> reading = share().take_reading();
    reading->reset(line_ && line_->compression ? &line_->compression->inflater() : nullptr);
    set_limits(*reading);
    if (is_paused_) {
      reading->rest = input;
    } else {
      consume(*reading, input);
    }
    const bool is_kept = phase_ <= Phase::Closing && !reading->is_empty();
    if (is_kept) return void(need_line().reading = std::move(reading));
    share().give_back(std::move(reading));
  }
}

void Session::release_reading() noexcept {
  if (line_->reading && line_->reading->is_empty()) share().give_back(std::move(line_->reading));
}

/// Looks at `input` until nothing is left of it, the handler is behind, or the connection ends. The
/// messages of event functions are handled in one job.
void Session::consume(Reading& reading, std::string_view input) {
  while (phase_ <= Phase::Closing) {
    if (is_behind()) {
      pause(reading, input);
      break;
    }
    std::string_view part = input.substr(0, most_at_once(reading));
    const std::size_t size = part.size();
    const MessageParser::Event event = reading.parser->next(part, reading.message);
    input.remove_prefix(size - part.size());
    if (event.kind == Kind::NeedMore) {
      give_piece(reading);
      if (input.empty()) break;
    }
    if (event.kind == Kind::MessageEnd) message_arrived(reading);
    if (event.kind == Kind::Ping) ping_arrived(reading, event.payload);
    if (event.kind == Kind::Close) close_arrived(event.code, event.payload);
    if (event.kind == Kind::Malformed) malformed_arrived(event.code, event.payload);
  }
  begin_event_run();
}

/// How many bytes are looked at before the handler is given what they have brought. Compressed data
/// can be a thousand times as large as it looks, and a message in pieces has no limit.
std::size_t Session::most_at_once(const Reading& reading) const {
  constexpr std::size_t kCompressedBytes = 1 << 10;
  const bool is_free = wants_pieces_ || reading.gives_pieces;
  return is_free && line_->compression ? kCompressedBytes : std::string_view::npos;
}

void Session::begin_event_run() noexcept {
  if (!is_new_run_) return;
  is_new_run_ = false;
  EventRun::begin_if_new(static_cast<EventRun&>(*handler_));
}

bool Session::is_behind() const {
  return handler_ != nullptr && handler_->is_behind(options_.max_message_bytes);
}

void Session::pause(Reading& reading, std::string_view rest) {
  reading.rest = rest;
  is_paused_ = true;
  stream().pause_reading();
}

/// Messages that arrive after the socket began to close are dropped.
void Session::message_arrived(Reading& reading) {
  Message message(std::move(reading.message));
  message.is_binary = !reading.parser->is_text();
  reading.message.clear();
  if (std::exchange(reading.gives_pieces, false)) set_limits(reading);
  if (phase_ != Phase::Open || has_failed_) return;
  if (handler_ == nullptr && events_) {
    make_event_run(false);
    is_new_run_ = true;
  }
  if (handler_ != nullptr) handler_->arrived(std::move(message), true);
}

// ---- messages in pieces ----

/// Gives the handler what has arrived of a message, if it wants messages in pieces. After the socket
/// began to close, the pieces are dropped: they have no limit.
void Session::give_piece(Reading& reading) {
  if (!wants_pieces_ && !reading.gives_pieces) return;
  if (phase_ != Phase::Open || handler_ == nullptr) return reading.message.clear();
  if (reading.message.empty()) return;
  reading.gives_pieces = true;
  Message piece(std::move(reading.message));
  piece.is_binary = !reading.parser->is_text();
  reading.message.clear();
  handler_->arrived(std::move(piece), false);
}

/// A handler that takes pieces decides itself how much is too much.
void Session::set_limits(Reading& reading) const {
  const bool is_free = wants_pieces_ || reading.gives_pieces;
  constexpr std::uint64_t kNoLimit = static_cast<std::uint64_t>(-1);
  const std::uint64_t most = options_.max_message_bytes;
  const std::uint64_t of_frame = options_.max_frame_bytes > 0 ? options_.max_frame_bytes : most;
  reading.limits = {.max_message_bytes = is_free ? kNoLimit : most,
                    .max_frame_bytes = is_free ? kNoLimit : of_frame,
                    .max_fragments = is_free ? kNoLimit : options_.max_fragments};
}

void Session::want_pieces(bool wants) {
  wants_pieces_ = wants;
  if (phase_ != Phase::Open || !line_ || !line_->reading) return;
  set_limits(*line_->reading);
  give_piece(*line_->reading);
}

void Session::take_back(std::string&& begun) {
  if (phase_ != Phase::Open || !line_ || !line_->reading) return;
  Reading& reading = *line_->reading;
  reading.message.insert(0, begun);
  reading.gives_pieces = false;
  set_limits(reading);
}

/// While the client does not read, only the last of its pings is answered (RFC 6455 §5.5.3).
void Session::ping_arrived(Reading& reading, std::string_view payload) {
  if (wrote_close_) return;
  if (stream().unsent() >= kHighBytes) {
    reading.pong = payload;
  } else {
    reading.pong.reset();
    write_control(Opcode::Pong, payload);
  }
}

void Session::write_pong() {
  if (!line_ || !line_->reading || !line_->reading->pong) return;
  if (stream().unsent() >= kHighBytes) return;
  write_control(Opcode::Pong, *line_->reading->pong);
  line_->reading->pong.reset();
  release_reading();
}

// ---- when the handler is behind ----

void Session::handler_has_room() noexcept { read_on(); }

/// Continues to read if the handler has room again. The time in which this side did not read does
/// not count as silence of the client.
void Session::read_on() noexcept {
  if (!is_paused_ || phase_ > Phase::Closing || is_behind()) return;
  is_paused_ = false;
  if (phase_ == Phase::Open) {
    heard_ = now();
    is_pinged_ = false;
  }
  host_.with_memory([this] {
    std::string rest;
    if (line_ && line_->reading) rest.swap(line_->reading->rest);
    consume(rest);
    if (is_paused_ || phase_ > Phase::Closing) return;
    if (has_peer_ended_) return host_.close();
    stream().resume_reading();
  });
}

/// Without a close frame, the connection was lost. What was sent before is still passed on, and a
/// close frame that was sent before is still answered.
void Session::received_end() noexcept {
  has_peer_ended_ = true;
  if (phase_ == Phase::Lingering) return expect_end();
  const bool is_sending =
      phase_ == Phase::Leaving || (phase_ == Phase::Ending && stream().unsent() > 0);
  if (!is_paused_ && !is_sending) host_.close();
}

}  // namespace mastic::websocket
