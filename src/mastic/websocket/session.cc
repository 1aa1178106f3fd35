#include "mastic/websocket/session.h"

#include <chrono>
#include <cstring>
#include <utility>

#include "mastic/websocket/compression.h"
#include "mastic/websocket/loop_share.h"

namespace mastic::websocket {

using wire::websocket::FrameHead;
using wire::websocket::kMaxFrameHeadBytes;
using wire::websocket::Opcode;

// ---- life ----

Session::Session(net::ProtocolHost& host, const Agreement& agreement, Handlers& handlers)
    : host_(host), options_(*agreement.options), events_(std::move(handlers.events)) {
  (void)share();  // made here, where there may be no memory
  const bool needs_line = !events_ || agreement.deflate || !agreement.protocol.empty();
  if (needs_line) line_ = make_line(agreement.protocol);
  if (agreement.deflate) {
    line_->compression =
        std::make_unique<MessageCompression>(*agreement.deflate, options_.compression);
  }
  if (events_) return;
  auto run = std::make_unique<TaskRun>(*this, line_, std::move(handlers.task), *handlers.history);
  line_->set_handler(run.get());
  handler_ = run.release();
}

/// A handler that is still there has never begun, because the session was not started.
Session::~Session() {
  if (handler_ == nullptr) return;
  line_->detach(nullptr);
  delete handler_;
}

void Session::start() noexcept {
  host_.becomes_busy();
  heard_ = now();
  watch();
  if (!events_) return HandlerTask::begin(std::unique_ptr<HandlerTask>(handler_));
  host_.with_memory([this] {
    EventRun::begin_if_new(make_event_run(true));
    has_opened_ = true;
  });
}

/// If there is no memory, `events_` stays, so that it can still be told that the socket is closed.
EventRun& Session::make_event_run(bool is_first) {
  const LineRef line(&need_line());  // before `events_` is moved: arguments have no order
  auto* const run = new EventRun(*this, line, std::move(events_), is_first);
  handler_ = run;
  return *run;
}

LineRef Session::make_line(std::string_view protocol) {
  return LineRef(new Line(*this, host_.loop(), host_.peer(), protocol, options_.max_queue_bytes));
}

Line& Session::need_line() {
  if (!line_) line_ = make_line({});
  return *line_.get();
}

std::uint32_t Session::now() const {
  const auto since = host_.loop().now().time_since_epoch();
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

LoopShare& Session::share() const { return loop::local_to<LoopShare>(host_.loop()); }

// ---- from the handler's task ----

void Session::task_run_ended(bool failed) noexcept {
  handler_ = nullptr;
  if (phase_ == Phase::Leaving && !failed) return say_farewell();
  close(failed ? CloseCode::InternalError : CloseCode::Normal);
}

bool Session::event_run_ended(std::unique_ptr<EventHandler>& handler, bool failed,
                              bool has_more) noexcept {
  if (has_more && !failed) return true;
  handler_ = nullptr;
  events_ = std::move(handler);
  if (failed) {
    has_failed_ = true;
    close(CloseCode::InternalError);
  }
  return false;
}

void Session::cannot_follow(std::unique_ptr<EventHandler>& handler) noexcept {
  handler_ = nullptr;
  events_ = std::move(handler);
  host_.abort();
}

void Session::event_run_is_gone() noexcept {
  if (handler_ == nullptr) handler_knows_the_end();
  if (phase_ == Phase::Gone) return;
  read_on();
  drop_idle_line();
}

/// Hundreds of thousands of sockets may be quiet, so they keep nothing that can be made again.
void Session::drop_idle_line() noexcept {
  const bool is_quiet = events_ != nullptr && phase_ == Phase::Open;
  if (is_quiet && line_ && line_->is_idle()) line_ = LineRef();
}

// ---- sending ----

void Session::line_has_news(SendQueue orders) noexcept {
  if (phase_ == Phase::Gone) return;
  host_.with_memory([&] {
    if (phase_ == Phase::Open) obey(std::move(orders));
    if (phase_ == Phase::Open && !line_->is_open()) begin_to_close();
    pump();
  });
}

void Session::sent(std::uint64_t taken, std::uint64_t unsent) noexcept {
  const bool is_watched = is_pinged_ || phase_ != Phase::Open;
  if (is_watched) under_way_ += static_cast<std::uint32_t>(taken);
  if (phase_ == Phase::Ending && unsent == 0) return host_.close();
  if (phase_ > Phase::Leaving || !line_) return;
  // A pong may wait in `reading`.
  const bool may_write = line_->has_left(unsent) || is_choked_ || line_->reading != nullptr;
  if (may_write && unsent < kHighBytes) host_.with_memory([this] { pump(); });
  drop_idle_line();
}

/// Writes what waits, as far as the client keeps up.
void Session::pump() {
  if (wrote_close_ || !line_) return;
  write_pong();
  is_choked_ = true;
  for (std::uint64_t unsent = stream().unsent(); is_choked_ && unsent < kHighBytes;
       unsent = stream().unsent()) {
    auto [items, more_wait] = line_->take(kHighBytes - unsent);
    is_choked_ = more_wait;
    while (!items.empty()) write(items.pop_front());
  }
  if (phase_ == Phase::Leaving && wrote_close_) return expect_end();
  if (!is_choked_ && !wrote_close_) write_waiting_topics();
}

void Session::obey(SendQueue orders) {
  while (!orders.empty()) {
    const std::unique_ptr<QueuedFrame> order = orders.pop_front();
    order->kind == QueuedFrame::Kind::Subscribe ? subscribe(*order->topic)
                                                : unsubscribe(*order->topic);
  }
}

void Session::write(std::unique_ptr<QueuedFrame> item) {
  if (item->kind == QueuedFrame::Kind::Close) return write_close(item->code, item->data);
  const bool is_whole = item->part == QueuedFrame::Part::Whole;
  is_in_pieces_ = !item->is_final();
  FrameHead head{.opcode = item->opcode, .is_final = item->is_final()};
  std::string compressed;
  if (line_->compression && is_whole && item->may_compress) {
    head.is_compressed = line_->compression->compress(compressed, item->data, share());
    if (head.is_compressed) item->data = std::move(compressed);
  }
  head.length = item->data.size();
  const std::string_view payload = item->data;
  const bool copies = payload.size() <= kCopiedBytes;
  char* const begin = stream().prepare(kMaxFrameHeadBytes + (copies ? payload.size() : 0));
  char* end = wire::websocket::write_frame_head(begin, head);
  if (copies && !payload.empty()) {
    std::memcpy(end, payload.data(), payload.size());
    end += payload.size();
  }
  stream().commit(static_cast<std::size_t>(end - begin));
  if (!copies) stream().write_shared(payload, std::shared_ptr<const QueuedFrame>(std::move(item)));
}

void Session::write_control(Opcode opcode, std::string_view payload) {
  char* const begin = stream().prepare(kMaxFrameHeadBytes + payload.size());
  char* const end =
      wire::websocket::write_frame_head(begin, {.opcode = opcode, .length = payload.size()});
  if (!payload.empty()) std::memcpy(end, payload.data(), payload.size());
  stream().commit(static_cast<std::size_t>(end - begin) + payload.size());
}

}  // namespace mastic::websocket
