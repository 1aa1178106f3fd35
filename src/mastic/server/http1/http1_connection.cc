// Over 500 lines because the states of a connection are read best in one place, from top to bottom.

#include "mastic/server/http1/http1_connection.h"

#include <algorithm>
#include <new>
#include <utility>

#include "mastic/app/error_response.h"
#include "mastic/server/http1/http1_pool.h"
#include "mastic/server/request_path.h"
#include "mastic/wire/http1/response_head.h"

namespace mastic::server {

using http::Status;
using wire::http1::Framing;
using wire::http1::Malformed;
using wire::http1::RequestHead;
using wire::http1::RequestParser;
using Event = RequestParser::Event;
using std::chrono::seconds;

namespace {

constexpr std::size_t kMaxWholeContent = 16 << 10;  // copied, when it came with its head
constexpr std::size_t kCountedAtOnce = 64 << 10;    // of unsent bytes, in the middle of a turn
constexpr std::size_t kMaxSpareCarry = 4 << 10;     // that a connection keeps when it is at rest
constexpr Malformed kCutShort{Status::BadRequest, "the content ended before it was complete"};
constexpr Malformed kTooSlow{Status::RequestTimeout, "the content came too slowly"};
constexpr base::Duration kBodyWindow = seconds(10);

}  // namespace

// ---- what the stream tells ----

void Http1Connection::received(std::string_view bytes) noexcept {
  with_memory([&] { take_in(bytes); });
}

void Http1Connection::take_in(std::string_view bytes) {
  if (state_ == State::Lingering) return throw_away(bytes.size());
  if (carry_.empty()) {
    consume(bytes, false);
    if (state_ == State::Closed || state_ == State::Lingering) return;
    if (!bytes.empty()) carry_ = bytes;
  } else {
    carry_ += bytes;
    consume_carry();
  }
  if (carry_.size() >= shard_.options().max_pipelined_bytes &&
      !std::exchange(reading_paused_, true)) {
    stream_->pause_reading();
  }
  rest();
}

void Http1Connection::received_end() noexcept {
  peer_ended_ = true;
  switch (state_) {
    case State::Idle:
      if (carry_.empty()) linger();  // else what it carries is answered first
      return;
    case State::Head:
    case State::Discarding:
      return linger();
    case State::Exchanging:
      if (request_->content_wanted) break_content(kCutShort);
      return request_->exchange.client_ended();
    case State::Lingering:
      if (stream_->unsent() == 0) connection_->close();
      return;
    case State::Closed:
      return;
  }
}

void Http1Connection::sent(std::uint64_t taken, std::uint64_t unsent) noexcept {
  if (unsent > 0) {
    write_monitor_.is_started() ? write_monitor_.took(taken) : watch_writing();
  } else {
    write_monitor_.stop();
    unsent_answers_.all_left();
    if (held_bytes_ > 0) count_held();
    if (state_ == State::Lingering && read_deadline_ == kNever) return await_end();
  }
  if (unsent > 0) count_held();
  if (unsent > shard_.options().write_low_bytes) return;
  if (state_ == State::Exchanging && has_room()) request_->exchange.room_again();
  if (state_ == State::Idle) with_memory([this] { go_on(); });
}

// ---- reading ----

/// Takes all that can be used now. `pipelined`: it stood behind an earlier request.
void Http1Connection::consume(std::string_view& input, bool pipelined) {
  Progress progress = Progress::Again;
  while (progress == Progress::Again) {
    switch (state_) {
      case State::Idle:
        if (input.empty() || !has_room()) return;
        if (unsent_answers_.count() >= shard_.options().max_pipelined_requests) return;
        [[fallthrough]];
      case State::Head:
        progress = read_head(input, pipelined);
        pipelined = true;
        break;
      case State::Exchanging:
        progress = request_->content_wanted ? read_content(input) : Progress::Wait;
        break;
      case State::Discarding:
        progress = discard_content(input);
        break;
      case State::Lingering:
      case State::Closed:
        input = {};
        return;
    }
  }
}

/// On to what has arrived meanwhile, or to rest.
void Http1Connection::go_on() {
  if (!carry_.empty() || state_ != State::Idle || reading_paused_) consume_carry();
  rest();
}

void Http1Connection::consume_carry() {
  std::string_view input = carry_;
  consume(input, true);
  if (state_ == State::Closed || state_ == State::Lingering) return;
  carry_.erase(0, carry_.size() - input.size());
  if (carry_.empty() && carry_.capacity() > shard_.options().max_pipelined_bytes) carry_ = {};
  if (carry_.size() < shard_.options().max_pipelined_bytes &&
      std::exchange(reading_paused_, false)) {
    stream_->resume_reading();
  }
}

Http1Connection::Progress Http1Connection::read_head(std::string_view& input, bool pipelined) {
  if (request_ == nullptr) request_ = Http1Request::open(shard_, *this);
  const Event event = request_->parser.next(input);
  if (event.kind == Event::Kind::NeedMore) {
    if (!request_->parser.has_begun()) return Progress::Wait;  // an empty line between requests
    if (std::exchange(state_, State::Head) == State::Idle) {
      count_as_busy();
      set_read_deadline(shard_.options().header_timeout);
    }
    return Progress::Wait;
  }
  read_deadline_ = kNever;
  if (event.kind == Event::Kind::Malformed) {
    return refuse(request_->parser.fault().status, request_->parser.fault().reason);
  }
  return begin_exchange(input, pipelined);
}

Http1Connection::Progress Http1Connection::begin_exchange(std::string_view& input, bool pipelined) {
  count_as_busy();
  connection_->count_request();
  request_->owes_continue = request_->head().expects_continue;
  const auto path = application_path(request_->head(), request_->memory);
  if (!path) {
    const MeaninglessRequest& why = path.error();
    return why.asks_for_tunnel ? refuse(why.status, why.detail)
                               : answer_itself(why.status, why.detail);
  }
  const auto content = request_->take_whole_content(
      input, std::min<std::uint64_t>(kMaxWholeContent, shard_.options().max_body_bytes));
  state_ = State::Exchanging;
  request_->begin_exchange(*path, connection_->peer(), content, pipelined);
  return Progress::Wait;
}

void Http1Connection::content_wanted() noexcept {
  with_memory([this] { want_content(); });
}

void Http1Connection::content_unwanted() noexcept {
  if (request_ != nullptr) request_->content_wanted = false;
  body_rate_.pause(shard_.loop().now());
}

void Http1Connection::want_content() {
  request_->content_wanted = true;
  if (std::exchange(request_->owes_continue, false) && carry_.empty()) {
    stream_->write(wire::http1::continue_response());
  }
  const base::Instant now = shard_.loop().now();
  if (!body_rate_.is_started()) body_rate_.start(now, shard_.options().body_grace, kBodyWindow);
  body_rate_.resume(now);
  arm_for(body_rate_.next_look());
  consume_carry();
  if (request_->content_wanted && peer_ended_) break_content(kCutShort);
}

Http1Connection::Progress Http1Connection::read_content(std::string_view& input) {
  const Event event = request_->parser.next(input);
  switch (event.kind) {
    case Event::Kind::NeedMore:
    case Event::Kind::Head:
      return Progress::Wait;
    case Event::Kind::Malformed:
      break_content(request_->parser.fault());
      return Progress::Wait;
    case Event::Kind::Data:
      body_rate_.add(event.data.size());
      body_rate_.pause(shard_.loop().now());
      request_->content_wanted = false;
      request_->exchange.content_arrived(event.data);
      return Progress::Wait;
    case Event::Kind::End:
      body_rate_.stop();
      request_->content_wanted = false;
      request_->complete = true;
      request_->exchange.content_ended();
      return Progress::Wait;
  }
  return Progress::Wait;
}

/// The content will not come whole: its reader is told, and no request follows this one.
void Http1Connection::break_content(const Malformed& fault) {
  request_->content_wanted = false;
  request_->broken = true;
  body_rate_.stop();
  request_->exchange.content_failed(fault.status, fault.reason);
}

Http1Connection::Progress Http1Connection::discard_content(std::string_view& input) {
  const Event event = request_->parser.next(input);
  request_->discarded_bytes += event.data.size();
  const bool gives_up = event.kind == Event::Kind::Malformed ||
                        request_->discarded_bytes > shard_.options().max_linger_bytes;
  if (gives_up) {
    linger();
    return Progress::Again;
  }
  if (event.kind == Event::Kind::NeedMore) return Progress::Wait;
  if (event.kind == Event::Kind::Data) set_read_deadline(shard_.options().linger_idle);
  if (event.kind == Event::Kind::End) {
    request_->complete = true;
    finish_request();
  }
  return Progress::Again;
}

// ---- answering ----

ResponseSink::Next Http1Connection::respond(app::Response& response) noexcept {
  const RequestHead& head = request_->head();
  request_->close_after =
      !may_persist() || Http1ResponseWriter::ends_by_closing(response, head.version);
  request_->owes_continue = false;  // too late for it
  const ResponseTerms terms{head.method, head.version, request_->close_after, shard_.date_line()};
  auto rest = Http1ResponseWriter::Next::Nothing;
  const bool written =
      with_memory([&] { rest = writer_.start(*stream_, response, terms, shard_.log()); });
  if (!written) return Next::Gone;
  request_->exchange.count_content(writer_.content_bytes());
  return rest == Http1ResponseWriter::Next::Produce ? Next::Produce : Next::Written;
}

/// Whether another request may follow on this connection.
inline bool Http1Connection::may_persist() const {
  const Options& options = shard_.options();
  const RequestHead& head = request_->head();
  const bool client_may = head.keep_alive && !request_->broken && !(peer_ended_ && carry_.empty());
  const bool server_may =
      !shard_.is_draining() && connection_->requests() < options.max_requests_per_connection;
  if (!client_may || !server_may) return false;
  if (request_->complete) return true;
  return !request_->owes_continue && request_->parser.bytes_left() <= options.max_linger_bytes;
}

ResponseSink::Next Http1Connection::send_piece(std::string_view piece) noexcept {
  const std::uint64_t before = writer_.content_bytes();
  bool more = true;
  if (!with_memory([&] { more = writer_.write_piece(*stream_, piece, shard_.log()); })) {
    return Next::Gone;
  }
  request_->exchange.count_content(writer_.content_bytes() - before);
  if (stream_->unsent() >= kCountedAtOnce) count_held();
  return more ? Next::Produce : Next::Written;
}

ResponseSink::Next Http1Connection::end_content() noexcept {
  bool whole = false;
  if (!with_memory([&] { whole = writer_.end(*stream_, shard_.log()); })) return Next::Gone;
  if (whole) return Next::Written;
  abort();
  return Next::Gone;
}

void Http1Connection::abort_response() noexcept { abort(); }

/// While the server is full, only a client that has taken all it was sent gets more: every answer
/// that has begun may hold one piece, so none waits for what another holds.
bool Http1Connection::has_room() const noexcept {
  const std::uint64_t unsent = stream_->unsent();
  return unsent == 0 || (unsent < shard_.options().write_high_bytes && !shard_.is_full());
}

void Http1Connection::send_interim(Status status, const http::Fields& fields) noexcept {
  if (request_->head().version == http::Version::Http10) return;  // it would not know what it is
  wire::http1::ResponseHead head;
  head.status = status;
  head.field_lines = fields.lines();
  with_memory([&] {
    char* const start = stream_->prepare(response_head_bound(head));
    stream_->commit(static_cast<std::size_t>(write_response_head(start, head) - start));
  });
}

/// An exchange whose answer was copied, and whose end nobody asked to hear of, ends with this call.
ResponseSink::After Http1Connection::response_written() noexcept {
  unsent_answers_.count_one();
  const bool waits = writer_.borrows() || !request_->exchange.finishers().empty();
  const After after = waits && stream_->unsent() > 0 ? After::Waits : After::Ends;
  if (after == After::Waits) unsent_answers_.keep(*request_);
  if (stream_->unsent() == 0) unsent_answers_.all_left();
  with_memory([this] {
    finish_request();
    go_on();
  });
  return after;
}

void Http1Connection::report(base::LoopReport& report) const {
  if (state_ == State::Exchanging) request_->exchange.report(report);
}

void Http1Connection::cancel(std::uint64_t request) noexcept {
  if (state_ == State::Exchanging && request_->exchange.id() == request) {
    request_->exchange.cancel();
  }
}

void Http1Connection::exchange_cancelled(bool has_begun) noexcept {
  if (has_begun) return abort();
  with_memory([this] {
    const RequestHead& head = request_->head();
    app::Response response = app::error_response(Status::ServiceUnavailable, "This took too long.");
    const ResponseTerms terms{head.method, head.version, true, shard_.date_line()};
    (void)writer_.start(*stream_, response, terms, shard_.log());
    request_->exchange.count_content(writer_.content_bytes());
    request_->exchange.abandon(0);
    linger();
  });
}

/// A request that breaks the rules: the connection carries no other one.
Http1Connection::Progress Http1Connection::refuse(Status status, std::string_view reason) {
  app::Response response = app::error_response(status, reason);
  const ResponseTerms terms{
      .method = request_->parser.begun_method(), .close = true, .date_line = shard_.date_line()};
  (void)writer_.start(*stream_, response, terms, shard_.log());
  report_rejection(status, reason);
  linger();
  return Progress::Again;
}

/// A request that is well-formed and can mean nothing here: answered without the application.
Http1Connection::Progress Http1Connection::answer_itself(Status status, std::string_view detail) {
  const RequestHead& head = request_->head();
  app::Response response = app::error_response(status, detail);
  request_->close_after = !may_persist();
  const ResponseTerms terms{head.method, head.version, request_->close_after, shard_.date_line()};
  (void)writer_.start(*stream_, response, terms, shard_.log());
  report_rejection(status, detail);
  finish_request();
  return Progress::Again;
}

void Http1Connection::report_rejection(Status status, std::string_view reason) {
  app::RejectedRequest rejected{.client = connection_->peer(),
                                .status = status,
                                .reason = reason,
                                .content_bytes = writer_.content_bytes()};
  if (request_->parser.has_head()) {
    const RequestHead& head = request_->head();
    rejected.method = head.method_text;
    rejected.target = head.target_text;
    rejected.version = head.version;
  }
  shard_.refused(rejected);
}

/// The answer is written: on to the next request, or to the end.
void Http1Connection::finish_request() {
  if (request_->close_after) return linger();
  if (!request_->complete) {
    state_ = State::Discarding;
    linger_end_ = base::after(shard_.loop().now(), shard_.options().linger_total);
    return set_read_deadline(shard_.options().linger_idle);
  }
  let_go_of_request();
  body_rate_.stop();
  state_ = State::Idle;
  read_deadline_ = linger_end_ = kNever;
}

/// While the shard drains, a request may be on its way: the client is to learn that it was not read.
/// Otherwise it may still be taking its answer, of which the kernel held the rest.
void Http1Connection::waited_in_vain() noexcept {
  const bool has_all = !shard_.is_draining() && stream_->unacknowledged() == 0;
  has_all ? connection_->close() : linger();
}

/// No request is read any more: the answers leave, the write side is shut, and what the client
/// still sends is read away for a while, for closing with unread input would destroy the last
/// answer. A client may send all the content that it has announced before it looks at the answer
/// (ADR 0022).
void Http1Connection::linger() {
  if (request_ != nullptr) {
    const RequestParser& parser = request_->parser;
    const std::uint64_t most = shard_.options().max_unread_bytes;
    announced_bytes_ = parser.has_open_end() ? most : std::min(parser.bytes_left(), most);
  }
  let_go_of_request();
  state_ = State::Lingering;
  count_as_busy();
  carry_ = {};
  body_rate_.stop();
  excess_bytes_ = 0;
  read_deadline_ = kNever;
  if (std::exchange(reading_paused_, false)) stream_->resume_reading();
  stream_->shut_write();
  if (stream_->unsent() == 0) await_end();
}

/// The kernel has the last answer; now the client is to end its side.
void Http1Connection::await_end() {
  if (peer_ended_) return connection_->close();
  excess_bytes_ = 0;
  if (std::exchange(reading_paused_, false)) stream_->resume_reading();
  linger_end_ =
      std::min(linger_end_, base::after(shard_.loop().now(), shard_.options().linger_total));
  set_read_deadline(shard_.options().linger_idle);
}

/// What comes while it lingers. Nothing that a client sends cuts the answer that is still leaving.
void Http1Connection::throw_away(std::size_t bytes) {
  const std::uint64_t announced = std::min<std::uint64_t>(bytes, announced_bytes_);
  announced_bytes_ -= announced;
  excess_bytes_ += bytes - announced;
  const bool too_much = excess_bytes_ > shard_.options().max_linger_bytes;
  const bool leaves = stream_->unsent() > 0 || write_monitor_.is_started();
  if (!leaves && !too_much) {
    const std::uint64_t rate = shard_.options().min_unread_rate;
    if (rate > 0 && linger_end_ != kNever) {
      linger_end_ += std::chrono::nanoseconds(announced * 1'000'000'000 / rate);
    }
    return set_read_deadline(shard_.options().linger_idle);
  }
  if (!leaves) linger_is_over();
  if (state_ == State::Closed || !too_much) return;
  if (!std::exchange(reading_paused_, true)) stream_->pause_reading();
}

/// The client had its time to end its side. What it has not got by now would be lost to a reset when
/// it sends once more, so that is waited for, as long as it gets on; then its time begins anew. When
/// the process is to end the kernel delivers the rest alone.
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

// ---- deadlines ----

void Http1Connection::set_read_deadline(base::Duration length) {
  read_deadline_ = std::min(base::after(shard_.loop().now(), length), linger_end_);
  arm_for(read_deadline_);
}

/// The timer is armed no later than the first deadline; when it comes too early it is armed again,
/// so deadlines that move away cost nothing.
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
    case State::Idle:
    case State::Exchanging:
    case State::Closed:
      return;
  }
}

/// A proxy reads ahead into buffers of its own and then acknowledges nothing for minutes, however
/// its client gets on: nothing can be said of the rate.
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

inline void Http1Connection::count_as_busy() {
  if (!std::exchange(is_busy_, true)) connection_->becomes_busy();
}

/// Waits for the next request when nothing is left to read and nothing to send. What follows may
/// serve another connection, so this comes last wherever it is called.
void Http1Connection::rest() {
  if (state_ != State::Idle) {
    const bool waits_for_bytes = state_ == State::Head || state_ == State::Discarding;
    if (waits_for_bytes && peer_ended_) linger();  // they will not come
    return;
  }
  if (!is_busy_ || !carry_.empty() || !unsent_answers_.empty() || stream_->unsent() > 0) return;
  if (peer_ended_) return linger();
  is_busy_ = false;
  if (carry_.capacity() > kMaxSpareCarry) carry_ = {};
  shard_.counters().recount(held_bytes_, 0);
  disarm();
  connection_->becomes_idle();
  if (request_ == nullptr) leave(nullptr);  // else it has read an empty line, and knows of it
}

/// The connection speaks `next` from now on, or rests. What is here serves another connection, so
/// this comes last wherever it is called.
void Http1Connection::leave(std::unique_ptr<net::Protocol> next) {
  std::unique_ptr<net::Protocol> itself = connection_->change_protocol(std::move(next));
  pool_.give_back(
      std::unique_ptr<Http1Connection>(static_cast<Http1Connection*>(itself.release())));
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
  const bool exchanging = state_ == State::Exchanging;
  state_ = State::Closed;
  disarm();
  unsent_answers_.abandon(unsent);
  if (exchanging) request_->exchange.abandon(unsent);
  let_go_of_request();
  shard_.counters().recount(held_bytes_, 0);
}

/// What the stream has copied, and the memory of requests whose answers wait to be sent. What these
/// have lent to the stream they count themselves. What has arrived and waits is not much
/// (max_pipelined_bytes), and counts when it is gathered for a handler.
void Http1Connection::count_held() noexcept {
  if (state_ == State::Closed) return;
  shard_.counters().recount(held_bytes_, stream_->held() + unsent_answers_.held_bytes());
}

inline void Http1Connection::let_go_of_request() {
  if (request_ != nullptr) std::exchange(request_, nullptr)->let_go();
}

}  // namespace mastic::server
