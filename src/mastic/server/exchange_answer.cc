// How an exchange passes its answer to the sink, and keeps content without an end going
// (app::Endless).

#include <algorithm>
#include <optional>
#include <utility>

#include "mastic/server/exchange.h"

namespace mastic::server {
namespace {

constexpr std::uint64_t kCountedAnswerBytes =
    16 << 10;  // a smaller answer is copied when it is written

}  // namespace

void Exchange::respond() noexcept {
  count_answer();
  response_->body.is_produced() ? respond_with_produced() : go_on(send_head());
}

/// Asks for the first piece, and sends the head with it. If there is no piece, because the source
/// has failed, the response has become an error that is not produced.
void Exchange::respond_with_produced() noexcept {
  if (!has_asked_ && may_have_content()) {
    has_asked_ = true;
    return go_on(ResponseSink::Next::Produce);
  }
  const auto next = send_head();
  next == ResponseSink::Next::Produce ? take_piece() : go_on(next);
}

/// Whether the sink will ask for the content of the response. It replaces a response whose status
/// cannot end a request by a 500 without content.
bool Exchange::may_have_content() const noexcept {
  const unsigned status = code(response_->status);
  return status >= 200 && status < 600 && !forbids_content(response_->status) &&
         request_->method() != http::Method::Head;
}

ResponseSink::Next Exchange::send_head() noexcept {
  outcome_.status = response_->status;
  stage_ = Stage::Producing;
  const auto next = sink_->respond(*response_);
  if (next == ResponseSink::Next::Gone) return next;
  outcome_.status = response_->status;  // the sink may have corrected it
  if (refused_) report_rejection();
  return next == ResponseSink::Next::Produce ? begin_endless() : next;
}

/// The head is told to clients that need it before the content: a browser lets the page know at once
/// that an event stream is open, and a client may wait for an answer before it sends its content.
void Exchange::send_held_head() noexcept {
  if (has_asked_ && stage_ == Stage::Handling && sink_ != nullptr) (void)send_head();
}

/// Whether a browser would read the answer as events.
bool Exchange::is_event_stream() const noexcept {
  if (response_->body.endless() != nullptr) return true;
  const auto type = response_->fields.get(http::FieldName::ContentType);
  return type && type->starts_with("text/event-stream");
}

/// Counts a large answer. A small answer is copied into the stream, and is counted there if the
/// client does not read it at once.
void Exchange::count_answer() noexcept {
  const std::uint64_t bytes = response_->body.held_bytes();
  shard_.counters().recount(answer_bytes_, bytes > kCountedAnswerBytes ? bytes : 0);
}

void Exchange::report_rejection() noexcept {
  shard_.rejected_as_full({.client = request_->peer(),
                           .status = outcome_.status,
                           .content_bytes = outcome_.content_bytes,
                           .method = request_->method_text(),
                           .target = request_->target(),
                           .version = request_->version()});
}

void Exchange::take_piece() noexcept {
  if (pull_failed_ && !is_ending_) {
    endless_.reset();
    return sink_->abort_response();
  }
  count_answer();
  if (!piece_) return go_on(end_content());
  if (endless_) endless_->last_piece = shard_.loop().now();
  const auto next =
      sink_->send_piece(*std::exchange(piece_, std::nullopt), response_->body.piece_owner());
  const bool ends = is_ending_ && next == ResponseSink::Next::Produce;
  go_on(ends ? end_content() : next);
}

ResponseSink::Next Exchange::end_content() noexcept {
  return sink_->end_content(is_ending_ ? http::FieldsView() : response_->body.trailers());
}

/// Endless content is produced only after everything before has left. What is not produced yet can
/// still be dropped for a slow reader, or replaced by something newer.
bool Exchange::has_room() const noexcept {
  return endless_ ? !sink_->has_unsent() : sink_->has_room();
}

void Exchange::go_on(ResponseSink::Next next) noexcept {
  if (next == ResponseSink::Next::Gone) {  // `abandon` does the rest, or has done it
    endless_.reset();
    return;
  }
  if (next == ResponseSink::Next::Written) return written();
  waits_for_room_ = !has_room();
  if (!waits_for_room_) schedule_step(Step::Produce);
}

void Exchange::written() noexcept {
  stage_ = Stage::Written;
  endless_.reset();
  if (sink_->response_written() == ResponseSink::After::Ends) all_sent();
}

// ---- content without an end ----

/// Notes whether the content that is now produced is endless, and looks after it by the timer of
/// the exchange.
ResponseSink::Next Exchange::begin_endless() noexcept {
  const app::Endless* const content = response_->body.endless();
  if (content == nullptr) return ResponseSink::Next::Produce;
  const auto next = sink_->send_piece(content->opening_text, nullptr);
  if (next == ResponseSink::Next::Gone) return next;
  endless_ = {.content = content, .last_piece = shard_.loop().now()};
  if (stop_.reason()) {  // the client has left meanwhile
    end_endless();
    return next;
  }
  if (shard_.is_draining()) drain_began();
  const base::Instant look = next_heartbeat();
  if (look != kNever) arm_for(look);
  return next;
}

/// Ends endless content as if its source had ended it. What the source awaits is cancelled; if it
/// has a piece already, the piece is sent.
void Exchange::end_endless() noexcept {
  endless_.reset();
  is_ending_ = true;
  if (std::exchange(waits_for_room_, false)) return go_on(end_content());
  stop();
}

/// Sends a heartbeat, or ends the content, when one of these is due.
void Exchange::keep_going(base::Instant now) noexcept {
  if (now >= endless_->ends_at) return end_endless();
  if (now < next_heartbeat()) return;
  endless_->last_piece = now;
  if (has_room()) (void)sink_->send_piece(endless_->content->heartbeat_text, nullptr);
}

base::Instant Exchange::next_heartbeat() const noexcept {
  if (!endless_ || endless_->content->heartbeat == base::Duration::zero()) return kNever;
  return base::after(endless_->last_piece, endless_->content->heartbeat);
}

void Exchange::drain_began() noexcept {
  if (!endless_) return;
  const base::Duration most = shard_.options().drain_timeout / 2;
  constexpr int kShares = 1 << 10;
  const base::Duration share = most / kShares * static_cast<int>(id() % kShares);
  endless_->ends_at = base::after(shard_.loop().now(), share);
  arm_for(endless_->ends_at);
}

}  // namespace mastic::server
