// How a connection reads and answers. http1_connection_end.cc has how it rests and ends.

#include "mastic/server/http1/http1_connection.h"

#include <algorithm>
#include <new>
#include <utility>

#include "mastic/app/error_response.h"
#include "mastic/server/http1/http1_upgrade.h"
#include "mastic/server/request_path.h"
#include "mastic/wire/http1/response_head.h"

namespace mastic::server {

using http::Status;
using wire::http1::Malformed;
using wire::http1::RequestHead;
using wire::http1::RequestParser;
using Event = RequestParser::Event;
using std::chrono::seconds;

namespace {

// Up to this size, content that arrived with its head is copied into the request's memory. Then its
// handler need not pull it, and the receive buffer is free for the next connection.
constexpr std::size_t kMaxWholeContent = 16 << 10;
constexpr std::size_t kCountedAtOnce = 64 << 10;  // unsent bytes that are counted within a turn
constexpr Malformed kCutShort{Status::BadRequest, "the content ended before it was complete"};
constexpr base::Duration kBodyWindow = seconds(10);

}  // namespace

// ---- events of the stream ----

void Http1Connection::received(std::string_view bytes) noexcept {
  with_memory([&] { take_in(bytes); });
}

/// Bytes are parsed in the receive buffer, and copied to `carry_` only when some bytes are left.
/// Most requests arrive complete and alone.
void Http1Connection::take_in(std::string_view bytes) {
  wake();
  if (state_ >= State::Lingering) return throw_away(bytes.size());
  if (carry_.empty()) {
    consume(bytes, false);
    if (state_ == State::Closed || state_ == State::Lingering) return;
    if (bytes.empty()) return rest();
    carry_.append(bytes);
  } else {
    carry_.append(bytes);
    consume_carry();
  }
  if (carry_.size() >= shard_.options().max_pipelined_bytes &&
      !std::exchange(reading_paused_, true)) {
    stream_->pause_reading();
  }
  rest();
}

/// The client has shut its side. The client may still read, so requests that have arrived are
/// answered.
void Http1Connection::received_end() noexcept {
  peer_ended_ = true;
  switch (state_) {
    case State::Idle:
      if (is_resting()) return connection_->close();
      if (carry_.empty()) linger();  // otherwise the requests in `carry_` are answered first
      return;
    case State::Head:
    case State::Discarding:
      return linger();
    case State::Exchanging:  // the client may still wait for its answer
      if (request_->content_wanted) break_content(kCutShort);
      return request_->exchange.client_ended();
    case State::Lingering:
      if (stream_->unsent() == 0) connection_->close();
      return;
    case State::Upgrading:  // start_protocol passes the end on to the other protocol
    case State::Aborting:
    case State::Closed:
      return;
  }
}

/// Room in the stream lets four things continue: production of an answer, the next pipelined
/// request, a change of the protocol, and the end of an answer that broke off.
void Http1Connection::sent(std::uint64_t taken, std::uint64_t unsent) noexcept {
  if (unsent == 0) {
    write_monitor_.stop();
    unsent_answers_.all_left();
    if (held_bytes_ > 0) count_held();
    if (state_ == State::Lingering && read_deadline_ == kNever) return await_end();
  } else {
    write_monitor_.is_started() ? write_monitor_.took(taken) : watch_writing();
    count_held();
    if (unsent > shard_.options().write_low_bytes) return;
  }
  if (state_ == State::Exchanging) request_->exchange.room_again();
  const bool is_free = state_ == State::Idle || state_ == State::Upgrading;
  if (is_free) {
    with_memory([this] { go_on(); });
  } else if (state_ == State::Aborting && unsent == 0) {
    abort_when_delivered();
  }
}

// ---- reading ----

/// Consumes all that can be used now. `pipelined` says that `input` followed an earlier request.
/// Requests are answered in order and one at a time: while a request is Exchanging, the rest of the
/// input waits.
void Http1Connection::consume(std::string_view& input, bool pipelined) {
  Progress progress = Progress::Again;
  while (progress == Progress::Again) {
    switch (state_) {
      case State::Idle:
        // A client that does not read its answers gets no more of them; `sent` continues here.
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
      case State::Upgrading:
        return;  // the bytes belong to the other protocol
      case State::Lingering:
      case State::Aborting:
      case State::Closed:
        input = {};
        return;
    }
  }
}

/// Continues after an answer: with bytes that have arrived meanwhile, with rest, or with another
/// protocol. After a change to another protocol, this object may serve another connection, so
/// nothing may follow a call of this function.
void Http1Connection::go_on() {
  if (state_ == State::Upgrading) return upgrade();
  if (!carry_.empty() || state_ != State::Idle || reading_paused_) consume_carry();
  rest();
}

void Http1Connection::consume_carry() {
  std::string_view input = carry_.view();
  consume(input, true);
  if (state_ == State::Closed || state_ == State::Lingering) return;
  carry_.keep_last(input.size());
  if (carry_.empty() && carry_.capacity() > shard_.options().max_pipelined_bytes) carry_.free();
  if (!reading_paused_ || carry_.size() >= shard_.options().max_pipelined_bytes) return;
  if (state_ == State::Exchanging && request_->awaits_next_pull()) return;
  reading_paused_ = false;
  stream_->resume_reading();
}

/// The deadline of a head counts from its first byte. Further bytes do not move it; otherwise a
/// client could hold the connection for ever with a byte now and then.
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

/// Begins the exchange of a request whose head was read. The path is checked before an application
/// can see it (request_path.h).
Http1Connection::Progress Http1Connection::begin_exchange(std::string_view& input, bool pipelined) {
  count_as_busy();
  connection_->count_request();
  request_->owes_continue = request_->head().expects_continue;
  std::string_view path = request_->head().target.path;
  if (!has_usual_path(request_->head())) {
    const auto made = application_path(request_->head(), request_->memory);
    if (!made) {
      const MeaninglessRequest& why = made.error();
      return why.asks_for_tunnel ? refuse(why.status, why.detail)
                                 : answer_itself(why.status, why.detail);
    }
    path = *made;
  }
  const auto content = request_->take_whole_content(
      input, std::min<std::uint64_t>(kMaxWholeContent, shard_.options().max_body_bytes));
  state_ = State::Exchanging;
  request_->begin_exchange(path, connection_->peer(), content, pipelined);
  if (peer_ended_) request_->exchange.client_ended();  // while an earlier request was answered
  return Progress::Wait;
}

void Http1Connection::content_wanted() noexcept {
  with_memory([this] { want_content(); });
}

void Http1Connection::content_unwanted() noexcept {
  if (request_ != nullptr) request_->content_wanted = false;
  body_rate_.pause(shard_.loop().now());
}

/// 100 Continue is sent only when the handler pulls content. If the handler never pulls, the client
/// need not send the content.
void Http1Connection::want_content() {
  request_->content_wanted = true;
  if (request_->owes_continue && carry_.empty()) {
    request_->exchange.send_held_head();  // instead of 100, if the answer has been decided
    if (request_ == nullptr) return;      // no memory
  }
  // With bytes in `carry_`, the client has begun to send without waiting for 100.
  if (std::exchange(request_->owes_continue, false) && carry_.empty()) {
    stream_->write(wire::http1::continue_response());
  }
  const base::Instant now = shard_.loop().now();
  if (!body_rate_.is_started()) body_rate_.start(now, shard_.options().body_grace, kBodyWindow);
  body_rate_.resume(now);
  arm_for(body_rate_.next_look());
  consume_carry();
  const bool goes_on = request_ != nullptr;  // otherwise consume_carry has closed the connection
  if (goes_on && request_->content_wanted && peer_ended_) break_content(kCutShort);
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
      body_rate_.pause(
          shard_.loop().now());  // until the next pull: a slow handler is not the client's fault
      request_->content_wanted = false;  // before the call, because the call may pull again
      request_->is_pulled = true;
      request_->exchange.content_arrived(event.data);
      // Until the next pull, more content stays in the kernel, where it need not be copied to
      // `carry_` and the next receive finds more of it.
      if (request_->awaits_next_pull() && !std::exchange(reading_paused_, true)) {
        stream_->pause_reading();
      }
      return Progress::Wait;
    case Event::Kind::End:
      body_rate_.stop();
      request_->content_wanted = false;
      request_->complete = true;
      request_->exchange.content_ended(request_->parser.trailers());
      return Progress::Wait;
  }
  return Progress::Wait;
}

/// The content will not be complete: the reader of the content gets the fault, and no request is
/// read after this one.
void Http1Connection::break_content(const Malformed& fault) {
  request_->content_wanted = false;
  request_->broken = true;
  body_rate_.stop();
  request_->exchange.content_failed(fault.status, fault.reason);
}

/// Reads and discards content that the application left unread, because the next request follows
/// it. Beyond a limit it is cheaper for both sides to end the connection.
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

/// First decides whether the connection ends after this answer, because the head has to say so
/// (Connection: close).
ResponseSink::Next Http1Connection::respond(app::Response& response) noexcept {
  const RequestHead& head = request_->head();
  if (response.upgrade) [[unlikely]]
    settle_upgrade(response, *request_, shard_.is_draining());
  const bool upgrades = response.status == Status::SwitchingProtocols && request_->upgrade;
  request_->close_after =
      !upgrades && (!may_persist() || may_be_misread(*request_, response.status, !carry_.empty()) ||
                    Http1ResponseWriter::ends_by_closing(response, head.version));
  request_->owes_continue = false;  // too late for 100 Continue
  ResponseTerms terms{head.method, head.version, request_->close_after, shard_.date_line()};
  if (request_->upgrade) terms.upgrade = request_->upgrade->protocol();
  auto rest = Http1ResponseWriter::Next::Nothing;
  const bool written =
      with_memory([&] { rest = writer_.start(*stream_, response, terms, shard_.log()); });
  if (!written) return Next::Gone;
  if (!upgrades) request_->upgrade.reset();
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
  // The rest of the content has to be read before the next request. Reading the rest is not worth
  // while when it is long, and impossible when the client still waits for 100 and may or may not
  // send the content.
  return !request_->owes_continue && request_->parser.bytes_left() <= options.max_linger_bytes;
}

ResponseSink::Next Http1Connection::send_piece(std::string_view piece,
                                               std::shared_ptr<const void> owner) noexcept {
  const std::uint64_t before = writer_.content_bytes();
  bool more = true;
  const auto write = [&] {
    more = writer_.write_piece(*stream_, piece, std::move(owner), shard_.log());
  };
  if (!with_memory(write)) return Next::Gone;
  request_->exchange.count_content(writer_.content_bytes() - before);
  if (stream_->unsent() >= kCountedAtOnce) count_held();
  return more ? Next::Produce : Next::Written;
}

/// When the content is shorter than announced, the answer is aborted: after a normal end, the client
/// could take it for complete.
ResponseSink::Next Http1Connection::end_content(http::FieldsView trailers) noexcept {
  bool whole = false;
  if (!with_memory([&] { whole = writer_.end(*stream_, trailers, shard_.log()); }))
    return Next::Gone;
  if (whole) return Next::Written;
  abort_response();
  return Next::Gone;
}

/// Ends the connection with a reset as soon as the client has got everything that was written:
/// earlier answers are complete, and a client may have use for the part of this one that it gets. A
/// client that does not read is given up as at any other time (WriteMonitor).
void Http1Connection::abort_response() noexcept {
  state_ = State::Aborting;
  body_rate_.stop();
  if (!std::exchange(reading_paused_, true)) stream_->pause_reading();
  if (stream_->unsent() == 0) abort_when_delivered();
}

/// While max_inflight_bytes is reached, only a client that has read everything gets more. So each
/// answer that has begun may hold one piece, and no answer waits for memory that another one holds.
bool Http1Connection::has_room() const noexcept {
  const std::uint64_t unsent = stream_->unsent();
  return unsent == 0 || (unsent < shard_.options().write_high_bytes && !shard_.is_full());
}

void Http1Connection::send_interim(Status status, const http::Fields& fields) noexcept {
  // HTTP/1.0 has no interim responses.
  if (request_->head().version == http::Version::Http10) return;
  wire::http1::ResponseHead head;
  head.status = status;
  head.field_lines = fields.lines();
  with_memory([&] {
    char* const start = stream_->prepare(response_head_bound(head));
    stream_->commit(static_cast<std::size_t>(write_response_head(start, head) - start));
  });
}

/// An exchange waits until its answer has left only if the answer was borrowed or the exchange has
/// finishers. Otherwise the exchange ends with this call.
ResponseSink::After Http1Connection::response_written() noexcept {
  unsent_answers_.count_one();
  const bool has_left = stream_->unsent() == 0;
  const bool waits = writer_.borrows() || !request_->exchange.finishers().empty();
  const After after = waits && !has_left ? After::Waits : After::Ends;
  if (after == After::Waits) unsent_answers_.keep(*request_);
  if (has_left) unsent_answers_.all_left();
  with_memory([this] {
    finish_request();
    go_on();
  });
  return after;
}

void Http1Connection::drain() noexcept {
  if (state_ == State::Exchanging) request_->exchange.drain_began();
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
    request_->exchange.abandon(0);  // the handler still runs; its answer will be dropped
    linger();
  });
}

/// Answers a request that is malformed. No other request is read on the connection.
Http1Connection::Progress Http1Connection::refuse(Status status, std::string_view reason) {
  app::Response response = app::error_response(status, reason);
  const ResponseTerms terms{
      .method = request_->parser.begun_method(), .close = true, .date_line = shard_.date_line()};
  (void)writer_.start(*stream_, response, terms, shard_.log());
  report_rejection(status, reason);
  linger();
  return Progress::Again;
}

/// Answers a request that is well-formed but has no meaning for an application.
Http1Connection::Progress Http1Connection::answer_itself(Status status, std::string_view detail) {
  const RequestHead& head = request_->head();
  app::Response response = app::error_response(status, detail);
  request_->close_after = !may_persist() || may_be_misread(*request_, status, true);
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

/// The answer is written. Chooses the next state: the next request, another protocol, or the end.
void Http1Connection::finish_request() {
  if (request_->upgrade) {
    state_ = State::Upgrading;
    return;
  }
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

}  // namespace mastic::server
