// The code of an application that runs for a WebSocket: a task for the whole conversation, or the
// functions that are called for events.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "mastic/async/root_task.h"
#include "mastic/loop/loop.h"
#include "mastic/net/protocol_task.h"
#include "mastic/websocket/message.h"
#include "mastic/websocket/open.h"
#include "mastic/websocket/web_socket.h"

namespace mastic::websocket {

class Session;

/// A task that runs the handler, and the messages that wait for it. It owns itself from `begin`
/// until it has ended, because its code may still run, perhaps on a thread that has lost the loop,
/// when the connection is gone.
///
/// 1. While the task is scheduled or runs, only its code touches `socket_` and what the derived
///    classes mark as belonging to user code.
/// 2. Everything else belongs to the loop.
class HandlerTask : public async::RootTask, public net::ProtocolTask {
 public:
  ~HandlerTask() override;

  using Message = websocket::Message;  // and not async::Message, which a task is, too

  /// Schedules the task, which owns itself from now on.
  static void begin(std::unique_ptr<HandlerTask> task) noexcept;

  // ---- called by the session, on the loop ----

  /// Passes a message to the handler, or a piece of a message. Throws std::bad_alloc.
  virtual void arrived(Message&& message, bool is_last) = 0;
  /// Says that no message follows. With `drops`, those that wait are dropped, too.
  virtual void no_more(bool drops) noexcept = 0;
  /// Says that the connection is gone. The session is not used any more.
  virtual void connection_gone(Closed how) noexcept = 0;
  /// Whether so much waits for the handler that nothing should be read ahead any more.
  [[nodiscard]] bool is_behind(std::uint64_t max_bytes) const;
  /// Whether the handler has something to do because of messages that have arrived.
  [[nodiscard]] virtual bool is_busy() const = 0;
  /// The line of the socket.
  [[nodiscard]] const LineRef& line() const { return line_; }

  void abandon() noexcept override { stop(); }
  void describe(base::RequestReport& report) const override;

 protected:
  HandlerTask(Session& session, LineRef line, async::BlockingHistory& history);
  /// Makes the task that follows `before`.
  HandlerTask(const HandlerTask& before, async::BlockingHistory& history);

  void task_failed() noexcept override;
  void holds_thread(int thread) noexcept override { server_.task_holds(*this, thread); }
  void came_back() noexcept override { server_.task_returned(*this); }
  /// Cancels what the task awaits after `while_it_may_run`, or at once if the server aborts.
  void stop_after(base::Duration while_it_may_run) noexcept;
  void add_to_inbox(Message&& message, bool is_last);
  /// Requires: the inbox is not empty.
  [[nodiscard]] std::unique_ptr<Arrival> take_from_inbox() noexcept;
  /// Leaves the list of the server and destroys this object.
  void end() noexcept;

  Session* session_;  ///< null when the connection is gone
  net::ProtocolServer& server_;
  const LineRef line_;
  WebSocket socket_;  ///< what the handler is given; user code may assign to it
  std::unique_ptr<Arrival> inbox_;

 private:
  class StopLater;
  std::unique_ptr<StopLater> stop_later_;

 protected:
  // The last member, so that the flags of derived classes follow it without a gap.
  bool failed_ = false;  ///< an exception left the handler; belongs to user code until it has ended
};

/// Runs a handler that is a task.
class TaskRun final : public HandlerTask {
 public:
  /// `session` and `history` must outlive this object, or tell it.
  TaskRun(Session& session, LineRef line, TaskHandler handler, async::BlockingHistory& history)
      : HandlerTask(session, std::move(line), history), handler_(std::move(handler)) {}

  void arrived(Message&& message, bool is_last) override;
  void no_more(bool drops) noexcept override;
  void connection_gone(Closed how) noexcept override;
  [[nodiscard]] bool is_busy() const override { return is_scheduled() || inbox_; }

 private:
  friend class WebSocket::Receive;
  void begin(WebSocket::Receive& receive) noexcept;
  void forget(WebSocket::Receive& receive) noexcept;
  void get_ready_for(WebSocket::Receive& receive) noexcept;
  [[nodiscard]] bool give(WebSocket::Receive& receive) noexcept;
  void drop_message() noexcept;
  void join_pieces();

  [[nodiscard]] async::Task<> make_task() override { return handler_(socket_); }
  void task_ended() noexcept override;

  bool has_all_ = false;       ///< no message follows those in the inbox
  bool wants_pieces_ = false;  ///< the handler has asked for a message in pieces last
  bool is_inside_ = false;     ///< the handler was given a piece of a message, and not the last one
  bool is_skipping_ = false;   ///< the handler does not want the rest of a message
  WebSocket::Receive* receiver_ = nullptr;  ///< it waits for a message
  TaskHandler handler_;
};

/// Calls the functions of an EventHandler, and exists only while there is something to call. A run
/// calls them for everything that has happened before it began; if more has happened meanwhile,
/// another run follows.
class EventRun final : public HandlerTask {
 public:
  /// `is_first` says that `opened` is to be called.
  EventRun(Session& session, LineRef line, std::unique_ptr<EventHandler> handler, bool is_first);

  void arrived(Message&& message, bool is_last) override {
    add_to_inbox(std::move(message), is_last);
  }
  void no_more(bool drops) noexcept override;
  void connection_gone(Closed how) noexcept override;
  [[nodiscard]] bool is_busy() const override { return true; }
  /// Begins with what is in the inbox, unless the run has begun.
  static void begin_if_new(EventRun& run) noexcept;

 private:
  /// Makes the run that follows `before`.
  explicit EventRun(EventRun& before);
  [[nodiscard]] async::Task<> make_task() override;
  void task_ended() noexcept override;
  void follow_up() noexcept;

  // These belong to user code while this runs.
  std::unique_ptr<EventHandler> handler_;
  std::unique_ptr<Arrival> batch_;
  bool calls_opened_;
  bool calls_closed_ = false;

  bool has_begun_ = false;
  std::optional<Closed> how_;  ///< set when the connection is gone
};

}  // namespace mastic::websocket
