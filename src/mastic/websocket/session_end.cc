// How a WebSocket ends, and what finds out that its client is gone. RFC 6455 §7.

#include <array>
#include <new>
#include <string>
#include <utility>

#include "mastic/base/log.h"
#include "mastic/websocket/loop_share.h"
#include "mastic/websocket/session.h"

namespace mastic::websocket {

using wire::websocket::may_be_sent;
using wire::websocket::Opcode;

// ---- the closing handshake ----

/// Closes the socket after everything that was sent, from the loop.
void Session::close(CloseCode code) noexcept {
  if (phase_ != Phase::Open && phase_ != Phase::Leaving) return;
  const bool is_ordered = host_.with_memory([&] { need_line().close_here({.code = code}); });
  if (is_ordered) line_has_news({});
}

/// Called when this side closes the socket, whose close frame waits behind what was sent before.
void Session::begin_to_close() noexcept {
  phase_ = Phase::Closing;
  watch();
  if (handler_ != nullptr) handler_->no_more(true);
  read_on();
}

void Session::write_close(CloseCode code, std::string_view reason) {
  std::array<char, wire::websocket::kMaxControlBytes> payload;
  std::size_t size = 0;
  if (may_be_sent(code)) {
    const auto number = static_cast<unsigned>(code);
    payload[0] = static_cast<char>(number >> 8);
    payload[1] = static_cast<char>(number & 0xff);
    size = 2 + reason.copy(payload.data() + 2, payload.size() - 2);
  }
  write_control(Opcode::Close, {payload.data(), size});
  wrote_close_ = true;
}

/// The client answers our close frame, or begins to close.
void Session::close_arrived(CloseCode code, std::string_view reason) {
  if (wrote_close_) return expect_end();
  leave({code, std::string(reason), true});
}

/// For the author of a client that does not show the reason. Not all clients are honest, so only on
/// level debug.
void Session::log_malformed(CloseCode code, std::string_view reason) const {
  base::Log& log = host_.server().log();
  if (!log.takes(base::Level::Debug, "server")) return;
  const std::string message = "a WebSocket is closed with " +
                              std::to_string(static_cast<int>(code)) + ": " + std::string(reason);
  const std::string client = host_.peer().to_string();
  const base::LogField field{"client", client};
  log.write({.level = base::Level::Debug, .message = message, .fields = {&field, 1}});
}

/// The client is told what is wrong. Nothing that it sends after that is looked at.
void Session::malformed_arrived(CloseCode code, std::string_view reason) {
  was_malformed_ = true;
  if (wrote_close_) return expect_end();
  log_malformed(code, reason);
  leave({code, std::string(reason), false});
}

/// Nothing follows that the handler could be given. What came before is still answered, and the
/// close frame says `why` unless this side has begun to close.
void Session::leave(Closed why) {
  if (phase_ == Phase::Open) need_line().farewell = std::make_unique<Closed>(std::move(why));
  phase_ = Phase::Leaving;
  watch();
  if (handler_ == nullptr) return say_farewell();
  const bool is_busy = handler_->is_busy();
  if (!is_busy) say_farewell();
  if (handler_ != nullptr) handler_->no_more(false);
}

/// Has the close frame follow the answers to what the client sent before. A close frame of the
/// client is answered with its own code.
void Session::say_farewell() noexcept {
  host_.with_memory([this] {
    if (const auto farewell = std::move(line_->farewell)) line_->close_here(*farewell);
    pump();
  });
}

void Session::handler_knows_the_end() noexcept {
  if (phase_ == Phase::Leaving) say_farewell();
}

/// The close frame is written, and no close frame of the client is awaited. The server closes the
/// connection first, so that the port of the client is free at once. But if the client sent
/// something malformed, perhaps it sends more, which is discarded until it ends its side: if the
/// connection were closed at once, the kernel would reset it because of those bytes, and the client
/// might not get the close frame.
void Session::expect_end() noexcept {
  const bool lingers = was_malformed_ && !has_peer_ended_;
  phase_ = lingers ? Phase::Lingering : Phase::Ending;
  watch();
  if (lingers) {
    stream().shut_write();
    stream().resume_reading();
  } else if (stream().unsent() == 0) {
    host_.close();
  }
}

// ---- the connection is gone ----

void Session::closed(std::uint64_t) noexcept {
  const bool is_agreed = phase_ == Phase::Ending || phase_ == Phase::Lingering;
  phase_ = Phase::Gone;
  disarm();
  Closed how{.by_peer = true};
  try {
    if (is_agreed && line_) how = line_->closed().value_or(how);
    if (line_ && line_->farewell) how = std::move(*line_->farewell);
    if (handler_ == nullptr && has_opened_) make_event_run(false);
  } catch (const std::bad_alloc&) {
    host_.server().log().write(base::Level::Error,
                               "a WebSocket was closed, and there is no memory "
                               "to tell its handler");
  }
  is_new_run_ = false;
  if (line_) std::exchange(line_, LineRef())->detach(is_agreed ? nullptr : &how);
  if (handler_ != nullptr) std::exchange(handler_, nullptr)->connection_gone(std::move(how));
}

// ---- time ----

void Session::arm_after(base::Duration wait) noexcept {
  host_.loop().arm(*this, base::after(host_.loop().now(), wait));
}

/// Arms the timer for what this phase waits for.
void Session::watch() noexcept {
  if (phase_ != Phase::Open) {
    watch_delivery();
    return arm_after(options_.close_timeout);
  }
  if (options_.ping_interval > base::Duration::zero()) arm_after(options_.ping_interval);
}

void Session::expired() noexcept {
  switch (phase_) {
    case Phase::Open:
      return is_draining_ ? close(CloseCode::ServiceRestart) : ping_or_give_up();
    case Phase::Leaving:
      if (line_->farewell) {
        watch();
        return say_farewell();  // the handler does something else
      }
      [[fallthrough]];
    case Phase::Closing:
    case Phase::Ending:
    case Phase::Lingering: {
      // A slow client may still be reading what was sent before the close frame.
      const bool goes_on = is_taking();
      if (phase_ == Phase::Lingering && !is_behind_) return host_.close();
      return goes_on ? arm_after(options_.close_timeout) : host_.abort();
    }
    case Phase::Gone:
      return;
  }
}

/// The client was silent for ping_interval, or has not answered a ping for ping_timeout. While this
/// side does not read, silence means nothing. The ping waits behind what was sent before it.
void Session::ping_or_give_up() noexcept {
  if (is_paused_) return watch();
  if (is_pinged_) return is_taking() ? arm_after(options_.ping_timeout) : host_.abort();
  const auto silent = std::chrono::milliseconds(now() - heard_);
  if (silent < options_.ping_interval) return arm_after(options_.ping_interval - silent);
  watch_delivery();  // before the ping, which must not count as something that the client takes
  is_pinged_ = true;
  if (host_.with_memory([this] { write_control(Opcode::Ping, {}); })) {
    arm_after(options_.ping_timeout);
  }
}

// ---- whether the client takes what was sent ----

/// Begins to watch what arrives at the client, as net::Delivery does. What the kernel takes says
/// little: its buffer holds megabytes, and a slow client needs minutes for them.
void Session::watch_delivery() noexcept {
  under_way_ = static_cast<std::uint32_t>(stream().unacknowledged());
  is_behind_ = under_way_ > 0 || stream().unsent() > 0;
}

/// Whether the client had something to take, and has got some of it since it was last watched.
bool Session::is_taking() noexcept {
  const bool was_behind = is_behind_;
  const std::uint32_t before = under_way_;
  watch_delivery();
  return (was_behind || is_behind_) && static_cast<std::int32_t>(before - under_way_) > 0;
}

/// The sockets are closed one after the other over the first half of the drain, so that their
/// clients do not all come back at the same moment.
void Session::drain() noexcept {
  if (phase_ != Phase::Open || is_draining_) return;
  is_draining_ = true;
  const base::Duration wait = share().next_share_of(host_.server().drain_timeout() / 2);
  host_.loop().arm(*this, base::after(host_.loop().now(), wait));
}

}  // namespace mastic::websocket
