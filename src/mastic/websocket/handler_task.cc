#include "mastic/websocket/handler_task.h"

#include <exception>
#include <new>
#include <stdexcept>
#include <utility>

#include "mastic/app/debug_report.h"
#include "mastic/async/timer.h"
#include "mastic/websocket/line.h"
#include "mastic/websocket/session.h"

namespace mastic::websocket {

namespace {

constexpr int kMaxWaiting = 16;  // messages that are read ahead

}  // namespace

// ---- both kinds ----

/// Stops a task in a while. Few tasks need one: those that still run when their connection is gone.
class HandlerTask::StopLater final : public async::Timer {
 public:
  explicit StopLater(HandlerTask& task) : task_(task) {}
  void expired() noexcept override { task_.stop(); }

 private:
  HandlerTask& task_;
};

HandlerTask::HandlerTask(Session& session, LineRef line, async::BlockingHistory& history)
    : RootTask(session.host().loop(), history),
      session_(&session),
      server_(session.host().server()),
      line_(std::move(line)),
      socket_(line_) {}

HandlerTask::HandlerTask(const HandlerTask& before, async::BlockingHistory& history)
    : RootTask(before.executor(), history),
      session_(before.session_),
      server_(before.server_),
      line_(before.line_),
      socket_(line_) {}

HandlerTask::~HandlerTask() = default;

void HandlerTask::begin(std::unique_ptr<HandlerTask> task) noexcept {
  HandlerTask& begun = *task.release();
  begun.server_.task_begins(begun);
  begun.schedule();
}

void HandlerTask::describe(base::RequestReport& report) const {
  report.method = "WEBSOCKET";
  report.target = line_->protocol();
  report.client = line_->peer().to_string();
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
    const std::string client = line_->peer().to_string();
    const base::LogField field{"client", client};
    server_.log().write(
        {.level = base::Level::Error, .logger = "app", .message = message, .fields = {&field, 1}});
  } catch (...) {
    server_.log().write(base::Level::Error,
                        "the handler of a WebSocket failed, and there is no "
                        "memory to say how");
  }
}

void HandlerTask::stop_after(base::Duration while_it_may_run) noexcept {
  // Without memory for the timer, the task is stopped at once.
  if (!server_.is_aborting()) stop_later_.reset(new (std::nothrow) StopLater(*this));
  if (!stop_later_) return stop();
  executor().arm(*stop_later_, base::after(executor().now(), while_it_may_run));
}

bool HandlerTask::is_behind(std::uint64_t max_bytes) const {
  int count = 0;
  std::uint64_t bytes = 0;
  for (const Arrival* at = inbox_.get(); at != nullptr; at = at->next.get()) {
    ++count;
    bytes += at->message.data.size();
  }
  return count >= kMaxWaiting || (count > 0 && bytes >= max_bytes);
}

/// Goes through the list, which has at most about kMaxWaiting messages: a pointer to its end would
/// cost each waiting socket 8 bytes.
void HandlerTask::add_to_inbox(Message&& message, bool is_last) {
  std::unique_ptr<Arrival>* end = &inbox_;
  while (*end) end = &(*end)->next;
  *end = std::make_unique<Arrival>(std::move(message), is_last, nullptr);
}

std::unique_ptr<Arrival> HandlerTask::take_from_inbox() noexcept {
  std::unique_ptr<Arrival> first = std::move(inbox_);
  inbox_ = std::move(first->next);
  return first;
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
  if (drops) inbox_.reset();
  if (receiver_ == nullptr) return;
  receiver_->waits_ = false;
  std::exchange(receiver_, nullptr)->complete();
}

/// The handler may still read what has arrived, and clean up, for close_timeout.
void TaskRun::connection_gone(Closed) noexcept {
  const base::Duration timeout = std::exchange(session_, nullptr)->options().close_timeout;
  no_more(false);
  stop_after(timeout);
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
    inbox_.reset();
  }
}

/// Puts messages together, for a handler that wants whole ones again. The session continues with a
/// message that has not ended.
void TaskRun::join_pieces() {
  std::unique_ptr<Arrival>* at = &inbox_;
  while (*at) {
    Arrival& message = **at;
    for (; !message.is_last && message.next; message.next = std::move(message.next->next)) {
      message.message.data += message.next->message.data;
      message.is_last = message.next->is_last;
    }
    if (!message.is_last) break;
    at = &message.next;
  }
  if (!*at) return;
  if (session_ != nullptr) session_->take_back(std::move((*at)->message.data));
  at->reset();
}

void TaskRun::drop_message() noexcept {
  is_skipping_ = true;
  while (is_skipping_ && inbox_) is_skipping_ = !take_from_inbox()->is_last;
}

/// Gives `receive` what it wants, if that has arrived.
bool TaskRun::give(WebSocket::Receive& receive) noexcept {
  if (!inbox_) return false;
  receive.arrival_ = take_from_inbox();
  is_inside_ = !receive.arrival_->is_last;
  return true;
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
  begin(std::unique_ptr<HandlerTask>(&run));
}

void EventRun::no_more(bool drops) noexcept {
  if (drops) inbox_.reset();
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
    for (Arrival* at = batch_.get(); at != nullptr; at = at->next.get()) {
      handler_->received(socket_, at->message);
    }
  } catch (...) {
    task_failed();
  }
  batch_.reset();
  if (calls_closed_) handler_->closed(socket_, *how_);
  co_return;
}

void EventRun::task_ended() noexcept {
  Session* const session = session_;
  const bool follows = session != nullptr
                           ? session->event_run_ended(handler_, failed_, inbox_ != nullptr)
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
