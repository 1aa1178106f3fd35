#include "mastic/websocket/handler_task.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <new>
#include <stdexcept>
#include <utility>

#include "mastic/app/debug_report.h"
#include "mastic/websocket/line.h"
#include "mastic/websocket/session.h"

namespace mastic::websocket {

// ---- both kinds ----

HandlerTask::HandlerTask(Session& session, LineRef line, async::BlockingHistory& history)
    : RootTask(session.host().loop(), history),
      session_(&session),
      server_(session.host().server()),
      line_(std::move(line)),
      socket_(line_),
      loop_(session.host().loop()),
      close_timeout_(session.options().close_timeout) {}

HandlerTask::HandlerTask(const HandlerTask& before, async::BlockingHistory& history)
    : RootTask(before.loop_, history),
      session_(before.session_),
      server_(before.server_),
      line_(before.line_),
      socket_(line_),
      loop_(before.loop_),
      close_timeout_(before.close_timeout_) {}

void HandlerTask::begin(std::unique_ptr<HandlerTask> task) noexcept {
  HandlerTask& begun = *task.release();
  begun.server_.task_begins(begun);
  begun.schedule();
}

void HandlerTask::end() noexcept {
  const std::unique_ptr<HandlerTask> self(this);
  server_.task_ended(*this);
}

/// Writes the exception to the log, which any thread may do.
void HandlerTask::task_failed() noexcept {
  try {
    throw;
  } catch (const async::Cancelled&) {  // the normal end after `stop`
    return;
  } catch (...) {
    failed_ = true;
  }
  try {
    const async::TaskTrace* const way = trace_of(std::current_exception());
    const std::string message = "the handler of a WebSocket failed: " +
                                app::describe_exception(way != nullptr ? *way : async::TaskTrace());
    server_.log().write({.level = base::Level::Error, .logger = "app", .message = message});
  } catch (...) {
    server_.log().write(base::Level::Error,
                        "the handler of a WebSocket failed, and there is no "
                        "memory to say how");
  }
}

void HandlerTask::stop_soon() noexcept {
  if (server_.is_aborting()) return stop();
  loop_.arm(*this, base::after(loop_.now(), close_timeout_));
}

void HandlerTask::add_to_inbox(Message&& message, bool is_last) {
  const std::size_t size = message.data.size();
  inbox_.push_back(Arrival{std::move(message), is_last});
  inbox_bytes_ += size;
}

void HandlerTask::clear_inbox() noexcept {
  inbox_.clear();
  inbox_bytes_ = 0;
}

// ---- a task for the conversation ----

void TaskRun::arrived(Message&& message, bool is_last) {
  if (is_skipping_) {
    is_skipping_ = !is_last;
    return;
  }
  add_to_inbox(std::move(message), is_last);
  if (receiver_ == nullptr || !give(*receiver_)) return;
  receiver_->waits_ = false;
  std::exchange(receiver_, nullptr)->complete();
}

void TaskRun::no_more(bool drops) noexcept {
  has_all_ = true;
  if (drops) clear_inbox();
  if (receiver_ == nullptr) return;
  receiver_->waits_ = false;
  std::exchange(receiver_, nullptr)->complete();
}

void TaskRun::connection_gone(Closed) noexcept {
  session_ = nullptr;
  no_more(false);
  stop_soon();
}

void TaskRun::begin(WebSocket::Receive& receive) noexcept {
  if (receiver_ != nullptr) {
    receive.is_second_ = true;
    return receive.complete();
  }
  get_ready_for(receive);
  if (give(receive)) {
    receive.complete();
    if (session_ != nullptr) session_->handler_has_room();
  } else if (has_all_) {
    if (session_ != nullptr) session_->handler_knows_the_end();
    receive.complete();
  } else {
    receiver_ = &receive;
    receive.waits_ = true;
    if (session_ != nullptr) session_->handler_has_room();
  }
}

/// What the handler has not read of a message in pieces is dropped when it asks for the next one.
void TaskRun::get_ready_for(WebSocket::Receive& receive) noexcept {
  const bool is_next = receive.wanted_ != WebSocket::Receive::Wanted::Piece;
  if (is_next && std::exchange(is_inside_, false)) drop_message();
  const bool wants_pieces = receive.wanted_ != WebSocket::Receive::Wanted::Message;
  if (std::exchange(wants_pieces_, wants_pieces) == wants_pieces) return;
  try {
    if (session_ != nullptr) session_->want_pieces(wants_pieces);
    if (!wants_pieces) join_pieces();
  } catch (const std::bad_alloc&) {
    if (session_ != nullptr) session_->host().abort();
    clear_inbox();
  }
}

/// Puts messages together, for a handler that wants whole ones again. The session continues with a
/// message that has not ended.
void TaskRun::join_pieces() {
  for (auto at = inbox_.begin(); at != inbox_.end(); ++at) {
    for (auto next = std::next(at); !at->is_last && next != inbox_.end();) {
      at->data += next->data;
      at->is_last = next->is_last;
      next = inbox_.erase(next);
    }
  }
  if (inbox_.empty() || inbox_.back().is_last) return;
  inbox_bytes_ -= inbox_.back().data.size();
  if (session_ != nullptr) session_->take_back(std::move(inbox_.back().data));
  inbox_.pop_back();
}

void TaskRun::drop_message() noexcept {
  is_skipping_ = true;
  while (is_skipping_ && !inbox_.empty()) is_skipping_ = !take_from_inbox().is_last;
}

/// Gives `receive` what it wants, if that has arrived.
bool TaskRun::give(WebSocket::Receive& receive) noexcept {
  if (inbox_.empty()) return false;
  Arrival arrival = take_from_inbox();
  receive.is_last_ = arrival.is_last;
  is_inside_ = !arrival.is_last;
  receive.message_.emplace(std::move(arrival));
  return true;
}

TaskRun::Arrival TaskRun::take_from_inbox() noexcept {
  Arrival arrival = std::move(inbox_.front());
  inbox_.pop_front();
  inbox_bytes_ -= arrival.data.size();
  return arrival;
}

void TaskRun::forget(WebSocket::Receive& receive) noexcept {
  receive.waits_ = false;
  receiver_ = nullptr;
}

void TaskRun::task_ended() noexcept {
  line_->set_handler(nullptr);
  if (session_ != nullptr) session_->task_run_ended(failed_);
  end();
}

// ---- functions for events ----

EventRun::EventRun(Session& session, LineRef line, std::unique_ptr<EventHandler> handler,
                   bool is_first)
    : HandlerTask(session, std::move(line), *handler->history_),
      handler_(std::move(handler)),
      calls_opened_(is_first) {}

/// If the connection is gone, nothing is left to call but `closed`.
EventRun::EventRun(EventRun& before)
    : HandlerTask(before, *before.handler_->history_),
      handler_(std::move(before.handler_)),
      calls_opened_(false),
      calls_closed_(session_ == nullptr),
      how_(std::move(before.how_)) {
  inbox_.swap(before.inbox_);
}

void EventRun::begin_if_new(EventRun& run) noexcept {
  if (std::exchange(run.has_begun_, true)) return;
  run.batch_.swap(run.inbox_);
  run.inbox_bytes_ = 0;
  begin(std::unique_ptr<HandlerTask>(&run));
}

void EventRun::no_more(bool drops) noexcept {
  if (drops) clear_inbox();
}

void EventRun::connection_gone(Closed how) noexcept {
  session_ = nullptr;
  how_.emplace(std::move(how));
  if (has_begun_) return;  // another run follows
  calls_closed_ = true;
  begin_if_new(*this);
}

/// `closed` is called even if one of the other functions has thrown.
async::Task<> EventRun::make_task() {
  try {
    if (calls_opened_) handler_->opened(socket_);
    for (Message& message : batch_) handler_->received(socket_, message);
  } catch (...) {
    task_failed();
  }
  batch_.clear();
  if (calls_closed_) handler_->closed(socket_, *how_);
  co_return;
}

void EventRun::task_ended() noexcept {
  Session* const session = session_;
  const bool follows = session != nullptr
                           ? session->event_run_ended(handler_, failed_, !inbox_.empty())
                           : !calls_closed_;
  if (follows) follow_up();
  end();
  if (session != nullptr) session->event_run_is_gone();
}

void EventRun::follow_up() noexcept {
  try {
    EventRun& next = *new EventRun(*this);
    if (session_ != nullptr) session_->follow(next);
    begin_if_new(next);
  } catch (const std::bad_alloc&) {
    if (session_ != nullptr) return session_->cannot_follow(handler_);
    server_.log().write(base::Level::Error,
                        "a WebSocket was closed, and there is no memory to tell its handler");
  }
}

}  // namespace mastic::websocket
