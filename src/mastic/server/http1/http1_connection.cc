// Over 500 lines because the states of a connection are read best in one place, from top to bottom.

#include "mastic/server/http1/http1_connection.h"

#include <algorithm>
#include <new>
#include <utility>

#include "mastic/app/error_response.h"
#include "mastic/http/target.h"
#include "mastic/server/http1/http1_request.h"
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

Http1Connection::Http1Connection(ShardServices& shard) : shard_(shard) {}
Http1Connection::~Http1Connection() = default;

template <class Step>
bool Http1Connection::with_memory(Step step) noexcept {
  try {
    step();
    return true;
  } catch (const std::bad_alloc&) {
    abort();
    return false;
  }
}

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
      if (content_wanted_) break_content(kCutShort);
      return turn_->exchange.client_ended();
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
    answers_left();
    if (held_bytes_ > 0) count_held();
    if (state_ == State::Lingering && read_deadline_ == kNever) return await_end();
  }
  if (unsent > 0) count_held();
  if (unsent > shard_.options().write_low_bytes) return;
  if (state_ == State::Exchanging && has_room()) turn_->exchange.room_again();
  if (state_ == State::Idle) with_memory([this] { go_on(); });
}

/// Nothing of what was written is unsent.
void Http1Connection::answers_left() {
  answers_unsent_ = 0;
  while (written_first_ != nullptr) {
    Exchange& exchange = *std::exchange(written_first_, written_first_->next_written);
    exchange.all_sent();
  }
}

// ---- reading ----

/// Takes all that can be used now. `pipelined`: it stood behind an earlier request.
void Http1Connection::consume(std::string_view& input, bool pipelined) {
  Progress progress = Progress::Again;
  while (progress == Progress::Again) {
    switch (state_) {
      case State::Idle:
        if (input.empty() || !has_room()) return;
        if (answers_unsent_ >= shard_.options().max_pipelined_requests) return;
        [[fallthrough]];
      case State::Head:
        progress = read_head(input, pipelined);
        pipelined = true;
        break;
      case State::Exchanging:
        progress = content_wanted_ ? read_content(input) : Progress::Wait;
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
  if (turn_ == nullptr) turn_ = Http1Request::open(shard_, *this);
  const Event event = turn_->parser.next(input);
  if (event.kind == Event::Kind::NeedMore) {
    if (!turn_->parser.has_begun()) return Progress::Wait;  // an empty line between requests
    if (std::exchange(state_, State::Head) == State::Idle) {
      count_as_busy();
      set_read_deadline(shard_.options().header_timeout);
    }
    return Progress::Wait;
  }
  read_deadline_ = kNever;
  if (event.kind == Event::Kind::Malformed) {
    return refuse(turn_->parser.fault().status, turn_->parser.fault().reason);
  }
  return begin_exchange(input, pipelined);
}

Http1Connection::Progress Http1Connection::begin_exchange(std::string_view& input, bool pipelined) {
  const RequestHead& head = turn_->parser.head();
  count_as_busy();
  connection_->count_request();
  request_complete_ = request_broken_ = content_wanted_ = false;
  owes_continue_ = head.expects_continue;
  if (head.method == http::Method::Connect) return refuse(Status::NotImplemented, "");

  std::string_view path = head.target.path;
  if (!head.target.path_is_normal) {
    const auto normal = http::normalize_path(path);
    if (!normal) return answer_path_fault(normal.error());
    if (*normal) path = turn_->memory.copy(**normal);
  }

  const bool known = head.framing.kind != Framing::Kind::Chunked;
  request_complete_ = known && head.framing.length == 0;  // nothing of it is to be read
  const auto content = request_complete_ ? std::string_view() : take_whole_content(input);
  state_ = State::Exchanging;
  ++turn_->holders;
  const app::RequestFacts facts{.head = head, .path = path, .peer = connection_->peer()};
  turn_->exchange.begin(facts, content, known ? std::optional(head.framing.length) : std::nullopt,
                        pipelined);
  return Progress::Wait;
}

Http1Connection::Progress Http1Connection::answer_path_fault(http::PathFault fault) {
  switch (fault) {
    case http::PathFault::BrokenEscape:
      return answer_itself(Status::BadRequest, "The path has a broken escape.");
    case http::PathFault::ControlEscape:
      return answer_itself(Status::BadRequest, "The path has an escaped control character.");
    case http::PathFault::Outside:
      break;
  }
  return answer_itself(Status::NotFound, "");
}

/// The content, when it is short and here already.
std::optional<std::string_view> Http1Connection::take_whole_content(std::string_view& input) {
  const Framing& framing = turn_->parser.head().framing;
  if (framing.kind == Framing::Kind::Chunked) return std::nullopt;
  const std::uint64_t most =
      std::min<std::uint64_t>(kMaxWholeContent, shard_.options().max_body_bytes);
  if (framing.length > std::min<std::uint64_t>(input.size(), most)) return std::nullopt;
  std::string_view content;
  Event event = turn_->parser.next(input);
  if (event.kind == Event::Kind::Data) {
    content = turn_->memory.copy(event.data);
    event = turn_->parser.next(input);
  }
  request_complete_ = event.kind == Event::Kind::End;
  owes_continue_ = false;
  return content;
}

void Http1Connection::content_wanted() noexcept {
  with_memory([this] { want_content(); });
}

void Http1Connection::content_unwanted() noexcept {
  content_wanted_ = false;
  body_rate_.pause(shard_.loop().now());
}

void Http1Connection::want_content() {
  content_wanted_ = true;
  if (std::exchange(owes_continue_, false) && carry_.empty()) {
    stream_->write(wire::http1::continue_response());
  }
  const base::Instant now = shard_.loop().now();
  if (!body_rate_.is_started()) body_rate_.start(now, shard_.options().body_grace, kBodyWindow);
  body_rate_.resume(now);
  arm_for(body_rate_.next_look());
  consume_carry();
  if (content_wanted_ && peer_ended_) break_content(kCutShort);
}

Http1Connection::Progress Http1Connection::read_content(std::string_view& input) {
  const Event event = turn_->parser.next(input);
  switch (event.kind) {
    case Event::Kind::NeedMore:
    case Event::Kind::Head:
      return Progress::Wait;
    case Event::Kind::Malformed:
      break_content(turn_->parser.fault());
      return Progress::Wait;
    case Event::Kind::Data:
      body_rate_.add(event.data.size());
      body_rate_.pause(shard_.loop().now());
      content_wanted_ = false;
      turn_->exchange.content_arrived(event.data);
      return Progress::Wait;
    case Event::Kind::End:
      body_rate_.stop();
      content_wanted_ = false;
      request_complete_ = true;
      turn_->exchange.content_ended();
      return Progress::Wait;
  }
  return Progress::Wait;
}

/// The content will not come whole: its reader is told, and no request follows this one.
void Http1Connection::break_content(const Malformed& fault) {
  content_wanted_ = false;
  request_broken_ = true;
  body_rate_.stop();
  turn_->exchange.content_failed(fault.status, fault.reason);
}

Http1Connection::Progress Http1Connection::discard_content(std::string_view& input) {
  const Event event = turn_->parser.next(input);
  discarded_bytes_ += event.data.size();
  const bool gives_up =
      event.kind == Event::Kind::Malformed || discarded_bytes_ > shard_.options().max_linger_bytes;
  if (gives_up) {
    linger();
    return Progress::Again;
  }
  if (event.kind == Event::Kind::NeedMore) return Progress::Wait;
  if (event.kind == Event::Kind::Data) set_read_deadline(shard_.options().linger_idle);
  if (event.kind == Event::Kind::End) {
    request_complete_ = true;
    finish_request();
  }
  return Progress::Again;
}

// ---- answering ----

ExchangeOwner::Next Http1Connection::respond(app::Response& response) noexcept {
  const RequestHead& head = turn_->parser.head();
  close_after_ = !may_persist() || Http1ResponseWriter::ends_by_closing(response, head.version);
  owes_continue_ = false;  // too late for it
  const ResponseTerms terms{head.method, head.version, close_after_, shard_.date_line()};
  auto rest = Http1ResponseWriter::Next::Nothing;
  const bool written =
      with_memory([&] { rest = writer_.start(*stream_, response, terms, shard_.log()); });
  if (!written) return Next::Gone;
  turn_->exchange.count_content(writer_.content_bytes());
  return rest == Http1ResponseWriter::Next::Produce ? Next::Produce : Next::Nothing;
}

/// Whether another request may follow on this connection.
inline bool Http1Connection::may_persist() const {
  const Options& options = shard_.options();
  const RequestHead& head = turn_->parser.head();
  const bool client_may = head.keep_alive && !request_broken_ && !(peer_ended_ && carry_.empty());
  const bool server_may =
      !shard_.is_draining() && connection_->requests() < options.max_requests_per_connection;
  if (!client_may || !server_may) return false;
  if (request_complete_) return true;
  return !owes_continue_ && turn_->parser.bytes_left() <= options.max_linger_bytes;
}

ExchangeOwner::Next Http1Connection::send_piece(std::string_view piece) noexcept {
  const std::uint64_t before = writer_.content_bytes();
  bool more = true;
  if (!with_memory([&] { more = writer_.write_piece(*stream_, piece, shard_.log()); })) {
    return Next::Gone;
  }
  turn_->exchange.count_content(writer_.content_bytes() - before);
  if (stream_->unsent() >= kCountedAtOnce) count_held();
  return more ? Next::Produce : Next::Nothing;
}

ExchangeOwner::Next Http1Connection::end_content() noexcept {
  bool whole = false;
  if (!with_memory([&] { whole = writer_.end(*stream_, shard_.log()); })) return Next::Gone;
  if (whole) return Next::Nothing;
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
  if (turn_->parser.head().version == http::Version::Http10)
    return;  // it would not know what it is
  wire::http1::ResponseHead head;
  head.status = status;
  head.field_lines = fields.lines();
  with_memory([&] {
    char* const start = stream_->prepare(response_head_bound(head));
    stream_->commit(static_cast<std::size_t>(write_response_head(start, head) - start));
  });
}

/// An exchange whose answer was copied, and whose end nobody asked to hear of, is over now: its page,
/// still in the cache, serves the next request.
void Http1Connection::response_written(Exchange& exchange) noexcept {
  ++answers_unsent_;
  if (!writer_.borrows() && exchange.finishers().empty()) {
    exchange.all_sent();
  } else {
    (written_first_ == nullptr ? written_first_ : written_last_->next_written) = &exchange;
    written_last_ = &exchange;
  }
  if (stream_->unsent() == 0) answers_left();
  with_memory([this] {
    finish_request();
    go_on();
  });
}

Exchange* Http1Connection::exchange() const {
  return state_ == State::Exchanging ? &turn_->exchange : nullptr;
}

void Http1Connection::exchange_cancelled(bool has_begun) noexcept {
  if (has_begun) return abort();
  with_memory([this] {
    const RequestHead& head = turn_->parser.head();
    app::Response response = app::error_response(Status::ServiceUnavailable, "This took too long.");
    const ResponseTerms terms{head.method, head.version, true, shard_.date_line()};
    (void)writer_.start(*stream_, response, terms, shard_.log());
    turn_->exchange.count_content(writer_.content_bytes());
    turn_->exchange.abandon(0);
    linger();
  });
}

/// A request that breaks the rules: the connection carries no other one.
Http1Connection::Progress Http1Connection::refuse(Status status, std::string_view reason) {
  app::Response response = app::error_response(status, reason);
  const ResponseTerms terms{
      .method = turn_->parser.begun_method(), .close = true, .date_line = shard_.date_line()};
  (void)writer_.start(*stream_, response, terms, shard_.log());
  report_rejection(status, reason);
  linger();
  return Progress::Again;
}

/// A request that is well-formed and can mean nothing here: answered without the application.
Http1Connection::Progress Http1Connection::answer_itself(Status status, std::string_view detail) {
  const RequestHead& head = turn_->parser.head();
  app::Response response = app::error_response(status, detail);
  close_after_ = !may_persist();
  const ResponseTerms terms{head.method, head.version, close_after_, shard_.date_line()};
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
  if (turn_->parser.has_head()) {
    const RequestHead& head = turn_->parser.head();
    rejected.method = head.method_text;
    rejected.target = head.target_text;
    rejected.version = head.version;
  }
  shard_.refused(rejected);
}

/// The answer is written: on to the next request, or to the end.
void Http1Connection::finish_request() {
  content_wanted_ = false;
  if (close_after_) return linger();
  if (!request_complete_) {
    state_ = State::Discarding;
    discarded_bytes_ = 0;
    linger_end_ = base::after(shard_.loop().now(), shard_.options().linger_total);
    return set_read_deadline(shard_.options().linger_idle);
  }
  let_go_of_turn();
  body_rate_.stop();
  state_ = State::Idle;
  read_deadline_ = linger_end_ = kNever;
}

/// No request is read any more: the answers leave, the write side is shut, and what the client
/// still sends is read away for a while, for closing with unread input would destroy the last
/// answer. A client may send all the content that it has announced before it looks at the answer
/// (ADR 0022).
void Http1Connection::linger() {
  if (turn_ != nullptr) {
    const RequestParser& parser = turn_->parser;
    const std::uint64_t most = shard_.options().max_unread_bytes;
    announced_bytes_ = parser.has_open_end() ? most : std::min(parser.bytes_left(), most);
  }
  let_go_of_turn();
  state_ = State::Lingering;
  count_as_busy();
  carry_ = {};
  body_rate_.stop();
  discarded_bytes_ = 0;
  read_deadline_ = kNever;
  if (std::exchange(reading_paused_, false)) stream_->resume_reading();
  stream_->shut_write();
  if (stream_->unsent() == 0) await_end();
}

/// The kernel has the last answer; now the client is to end its side.
void Http1Connection::await_end() {
  if (peer_ended_) return connection_->close();
  discarded_bytes_ = 0;
  if (std::exchange(reading_paused_, false)) stream_->resume_reading();
  linger_end_ =
      std::min(linger_end_, base::after(shard_.loop().now(), shard_.options().linger_total));
  set_read_deadline(shard_.options().linger_idle);
}

/// What comes while it lingers. Nothing that a client sends cuts the answer that is still leaving.
void Http1Connection::throw_away(std::size_t bytes) {
  const std::uint64_t announced = std::min<std::uint64_t>(bytes, announced_bytes_);
  announced_bytes_ -= announced;
  discarded_bytes_ += bytes - announced;
  const bool too_much = discarded_bytes_ > shard_.options().max_linger_bytes;
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
  for (Exchange* at = written_first_; at != nullptr; at = at->next_written) at->out_of_time();
  if (state_ == State::Exchanging) turn_->exchange.out_of_time();
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
  if (!is_busy_ || !carry_.empty() || answers_unsent_ > 0 || stream_->unsent() > 0) return;
  if (peer_ended_) return linger();
  is_busy_ = false;
  if (carry_.capacity() > kMaxSpareCarry) carry_ = {};
  shard_.counters().recount(held_bytes_, 0);
  disarm();
  connection_->becomes_idle();
  if (turn_ == nullptr) connection_->rest();  // else it has read an empty line, and knows of it
}

void Http1Connection::closed(std::uint64_t unsent) {
  if (state_ == State::Closed) return;
  const bool exchanging = state_ == State::Exchanging;
  state_ = State::Closed;
  disarm();
  while (written_first_ != nullptr) {
    Exchange& exchange = *std::exchange(written_first_, written_first_->next_written);
    exchange.abandon(unsent);
  }
  if (exchanging) turn_->exchange.abandon(unsent);
  let_go_of_turn();
  shard_.counters().recount(held_bytes_, 0);
}

/// What the stream has copied, and the memory of requests whose answers wait to be sent. What these
/// have lent to the stream they count themselves. What has arrived and waits is not much
/// (max_pipelined_bytes), and counts when it is gathered for a handler.
void Http1Connection::count_held() noexcept {
  if (state_ == State::Closed) return;
  std::uint64_t bytes = stream_->held();
  for (Exchange* at = written_first_; at != nullptr; at = at->next_written) {
    bytes += at->held_bytes();
  }
  shard_.counters().recount(held_bytes_, bytes);
}

inline void Http1Connection::let_go_of_turn() {
  if (turn_ != nullptr) std::exchange(turn_, nullptr)->let_go();
}

}  // namespace mastic::server
