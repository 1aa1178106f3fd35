// How an HTTP/1 connection rests, changes to another protocol, lingers and ends, and its deadlines.

#include <algorithm>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/server/http1/http1_connection.h"

namespace mastic::server {

using http::Status;
using wire::http1::Malformed;
using wire::http1::RequestParser;

namespace {

constexpr std::size_t kMaxSpareCarry = 4 << 10;  // capacity that a resting connection keeps
/// Between two looks at whether the client has got what it is to have before a reset.
constexpr base::Duration kLookAgain = std::chrono::milliseconds(50);
constexpr Malformed kTooSlow{Status::RequestTimeout, "the content came too slowly"};

}  // namespace

// ---- lingering ----

/// While the shard drains, a request may be on its way, and lingering tells the client that this
/// request was not read. While the shard does not drain, the connection lingers only if the client
/// may still be reading its answer from the kernel's buffer.
void Http1Connection::waited_in_vain() noexcept {
  const bool has_all = !shard_.is_draining() && stream_->unacknowledged() == 0;
  has_all ? connection_->close() : linger();
}

/// Begins to end the connection. No request is read any more. The answers leave, the write side is
/// shut, and what the client still sends is read and discarded for a while: if a socket is closed
/// with unread input, the kernel resets the connection, and the client may lose the last answer
/// (RFC 9112 §9.6). A client may send all the content that it has announced before it reads the
/// answer (ADR 0022).
void Http1Connection::linger() {
  wake();
  if (request_ != nullptr) {
    const RequestParser& parser = request_->parser;
    const std::uint64_t most = shard_.options().max_unread_bytes;
    announced_bytes_ = parser.has_open_end() ? most : std::min(parser.bytes_left(), most);
  }
  let_go_of_request();
  state_ = State::Lingering;
  count_as_busy();
  carry_.free();
  body_rate_.stop();
  excess_bytes_ = 0;
  read_deadline_ = kNever;
  if (std::exchange(reading_paused_, false)) stream_->resume_reading();
  stream_->shut_write();
  if (stream_->unsent() == 0) await_end();
}

/// The kernel has taken the last answer. Waits for the client to end its side.
void Http1Connection::await_end() {
  if (peer_ended_) return connection_->close();
  excess_bytes_ = 0;
  if (std::exchange(reading_paused_, false)) stream_->resume_reading();
  linger_end_ =
      std::min(linger_end_, base::after(shard_.loop().now(), shard_.options().linger_total));
  set_read_deadline(shard_.options().linger_idle);
}

/// Discards bytes that arrive while the connection lingers. While an answer is still being sent,
/// too many bytes only pause reading, because nothing that a client sends may cut off its answer.
void Http1Connection::throw_away(std::size_t bytes) {
  if (state_ != State::Lingering) return;
  const std::uint64_t announced = std::min<std::uint64_t>(bytes, announced_bytes_);
  announced_bytes_ -= announced;
  excess_bytes_ += bytes - announced;
  const bool too_much = excess_bytes_ > shard_.options().max_linger_bytes;
  const bool leaves = stream_->unsent() > 0 || write_monitor_.is_started();
  if (!leaves && !too_much) {
    const std::uint64_t rate = shard_.options().min_unread_rate;
    // Each announced byte moves the end by the time that it takes at the minimum rate.
    if (rate > 0 && linger_end_ != kNever) {
      linger_end_ += std::chrono::nanoseconds(announced * 1'000'000'000 / rate);
    }
    return set_read_deadline(shard_.options().linger_idle);
  }
  if (!leaves) linger_is_over();
  if (state_ == State::Closed || !too_much) return;
  if (!std::exchange(reading_paused_, true)) stream_->pause_reading();
}

/// The time in which the client could end its side is over. Bytes that the client has not
/// acknowledged could be lost to a reset if the client sends once more. So the connection waits
/// until these bytes are acknowledged, as long as the client makes progress. Then the time begins
/// again. During a drain the connection does not wait: the kernel delivers the rest by itself.
void Http1Connection::linger_is_over() {
  const bool has_all = stream_->unacknowledged() == 0 || shard_.is_draining();
  if (has_all && !write_monitor_.is_started()) return connection_->close();
  linger_end_ = kNever;
  if (has_all) {
    write_monitor_.stop();
    return await_end();
  }
  if (!write_monitor_.is_started()) watch_writing();
  set_read_deadline(shard_.options().linger_idle);
}

/// The kernel has taken everything. A reset discards what it has not delivered, and nothing reports
/// when it has delivered the rest, so this looks now and then.
void Http1Connection::abort_when_delivered() noexcept {
  if (stream_->unacknowledged() == 0) return abort();
  if (!write_monitor_.is_started()) watch_writing();
  set_read_deadline(kLookAgain);
}

// ---- deadlines ----

void Http1Connection::set_read_deadline(base::Duration length) {
  read_deadline_ = std::min(base::after(shard_.loop().now(), length), linger_end_);
  arm_for(read_deadline_);
}

/// The one timer is armed for the first deadline or earlier. If the timer expires too early, it is
/// armed again. So moving a deadline to a later time costs nothing.
void Http1Connection::arm_for(base::Instant deadline) {
  if (!is_armed() || due() > deadline) shard_.loop().arm(*this, deadline);
}

void Http1Connection::expired() noexcept {
  const base::Instant now = shard_.loop().now();
  if (write_monitor_.was_too_slow(now, *stream_)) return client_takes_nothing();
  if (body_rate_.was_too_slow(now, shard_.options().min_body_rate)) {
    break_content(kTooSlow);
  }
  if (now >= read_deadline_) with_memory([this] { read_deadline_passed(); });
  if (state_ == State::Closed) return;
  const base::Instant first =
      std::min({read_deadline_, write_monitor_.next_look(), body_rate_.next_look()});
  if (first != kNever) arm_for(first);
}

/// The client reads its answers too slowly: ends the exchanges for this reason, and the connection.
void Http1Connection::client_takes_nothing() {
  unsent_answers_.out_of_time();
  if (state_ == State::Exchanging) request_->exchange.out_of_time();
  abort();
}

void Http1Connection::read_deadline_passed() {
  read_deadline_ = kNever;
  switch (state_) {
    case State::Head:
      (void)refuse(Status::RequestTimeout, "the header did not arrive in time");
      return;
    case State::Discarding:
      return linger();
    case State::Lingering:
      return linger_is_over();
    case State::Aborting:
      return abort_when_delivered();
    case State::Idle:
    case State::Exchanging:
    case State::Upgrading:
    case State::Closed:
      return;
  }
}

/// A proxy reads ahead into its own buffers and then acknowledges nothing for minutes, whatever its
/// client does. So the rate of a proxy says nothing, and only a long stall counts.
void Http1Connection::watch_writing() {
  const Options& options = shard_.options();
  const base::Instant now = shard_.loop().now();
  const auto terms = options.is_proxy(connection_->peer().ip)
                         ? WriteMonitor::Terms{options.proxy_write_stall_timeout, 0}
                         : WriteMonitor::Terms{options.write_stall_timeout, options.min_write_rate};
  write_monitor_.start(now, terms, *stream_);
  arm_for(write_monitor_.next_look());
}

// ---- rest and end ----

/// Becomes idle, and waits for the next request, when nothing is left to read or to send.
void Http1Connection::rest() {
  if (state_ != State::Idle) {
    const bool waits_for_bytes = state_ == State::Head || state_ == State::Discarding;
    if (waits_for_bytes && peer_ended_) linger();  // the bytes will not arrive
    return;
  }
  if (!is_busy_ || !carry_.empty() || !unsent_answers_.empty() || stream_->unsent() > 0) return;
  if (peer_ended_) return linger();
  is_busy_ = false;
  if (carry_.capacity() > kMaxSpareCarry) carry_.free();
  shard_.counters().recount(held_bytes_, 0);
  disarm();
  connection_->becomes_idle();
  // If there is an Http1Request, its parser has read the empty line that may precede a request, so
  // this object is not as new.
  if (request_ == nullptr) pool_.rests(*this);
}

void Http1Connection::leave(std::unique_ptr<net::Protocol> next) {
  std::unique_ptr<net::Protocol> itself = connection_->change_protocol(std::move(next));
  pool_.give_back(
      std::unique_ptr<Http1Connection>(static_cast<Http1Connection*>(itself.release())));
}

/// Changes the protocol when the answer 101 and all answers before it have left. The other protocol
/// takes over the stream and the bytes that the client has sent after its request.
void Http1Connection::upgrade() {
  if (stream_->unsent() > 0) return;  // `sent` calls this again
  std::unique_ptr<net::Protocol> next = request_->upgrade->open(*connection_);
  MASTIC_ASSERT(next != nullptr);
  if (state_ == State::Closed) return;  // `open` has closed the connection
  let_go_of_request();
  if (std::exchange(reading_paused_, false)) stream_->resume_reading();
  if (state_ == State::Closed) return;  // the stream could not be read again
  Connection& connection = *connection_;
  const Carry early = std::exchange(carry_, {});
  const bool peer_ended = std::exchange(peer_ended_, false);
  body_rate_.stop();
  write_monitor_.stop();
  disarm();
  shard_.counters().recount(held_bytes_, 0);
  state_ = State::Idle;
  is_busy_ = false;  // the connection stays busy until the other protocol says otherwise
  leave(std::move(next));
  connection.start_protocol(early.view(), peer_ended);
}

bool Http1Connection::is_as_new() const {
  const bool reads = request_ != nullptr || !carry_.empty() || peer_ended_ || reading_paused_;
  const bool writes = !unsent_answers_.empty() || held_bytes_ > 0 || write_monitor_.is_started();
  const bool waits =
      is_armed() || read_deadline_ != kNever || linger_end_ != kNever || body_rate_.is_started();
  return state_ == State::Idle && !is_busy_ && !reads && !writes && !waits;
}

void Http1Connection::closed(std::uint64_t unsent) noexcept {
  if (state_ == State::Closed) return;
  const bool exchanging = state_ == State::Exchanging || state_ == State::Aborting;
  wake();
  state_ = State::Closed;
  disarm();
  unsent_answers_.abandon(unsent);
  if (exchanging) request_->exchange.abandon(unsent);
  let_go_of_request();
  shard_.counters().recount(held_bytes_, 0);
}

/// Counts the bytes that the stream has copied, and the memory of requests whose answers have not
/// left. Borrowed bytes are counted by their exchanges. Bytes that have arrived are few
/// (max_pipelined_bytes), and are counted when they are gathered for a handler.
void Http1Connection::count_held() noexcept {
  if (state_ == State::Closed) return;
  shard_.counters().recount(held_bytes_, stream_->held() + unsent_answers_.held_bytes());
}

}  // namespace mastic::server
