// The session of a WebSocket: what its connection speaks after the answer 101. RFC 6455 §5 to §7.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mastic/async/timer.h"
#include "mastic/net/protocol.h"
#include "mastic/websocket/handler_task.h"
#include "mastic/websocket/line.h"
#include "mastic/websocket/open.h"
#include "mastic/websocket/options.h"

namespace mastic::websocket {

class LoopShare;

/// The state that a WebSocket has for as long as it is open. It is small, because most sockets are
/// quiet most of the time: what is under way is kept in a Line and a HandlerTask, which exist while
/// they are needed.
///
/// 1. Whole frames are written to the stream, in one order, so a control frame may be written at any
///    time. At most about kHighBytes are written ahead of the client; the rest waits in the line. So
///    the answer to a ping overtakes the messages that wait.
/// 2. An open WebSocket counts as busy: it is not closed to make room, because its client would only
///    come back. max_connections limits how many there are.
/// 3. The close frame is the last frame that is written.
///
///     Open ──close──> Closing ──close frame of the client──> Ending ──all has left──> Gone
///       ├──close frame of the client──> Leaving ──answered────┘
///       └──malformed──> Leaving ──client told──> Lingering ──client ends its side──> Ending
///
/// In Leaving, the handler still answers the messages that came before the close frame, or before
/// what is malformed. If there are none, the close frame is written at once.
///
/// 4. Deadlines judge the client by what it answers, and the answer waits behind what is sent before
///    it. So a deadline begins again while the client takes what was sent, however slowly.
/// 5. What arrives after our close frame is discarded, until the close frame of the client or its
///    end: if bytes were left unread, or arrived later, the kernel would reset the connection, and
///    the client might lose our close frame and the messages before it. It is read for close_timeout
///    and up to kMaxLateBytes beyond one message.
class Session final : public net::Protocol, private async::Timer {
 public:
  /// The handler is a task, or functions: one of the two.
  struct Handlers {
    TaskHandler task;
    std::unique_ptr<EventHandler> events;
    async::BlockingHistory* history = nullptr;
  };
  Session(net::ProtocolHost& host, const Agreement& agreement, Handlers& handlers);
  ~Session() override;

  // ---- Protocol ----
  void start() noexcept override;
  void received(std::string_view bytes) noexcept override;
  void received_end() noexcept override;
  void sent(std::uint64_t taken, std::uint64_t unsent) noexcept override;
  void closed(std::uint64_t unsent) noexcept override;
  void waited_in_vain() noexcept override { close(CloseCode::GoingAway); }
  void drain() noexcept override;

  // ---- called by its line ----

  /// Something has entered the queue, or the socket is to be closed. `orders` are to subscribe and
  /// unsubscribe, and do not wait for room.
  void line_has_news(SendQueue orders) noexcept;

  // ---- called by its subscriptions ----

  /// Sends a published message, or keeps it for later in `feed`. Returns false to end the
  /// subscription.
  [[nodiscard]] bool deliver(TopicFeed& feed,
                             const std::shared_ptr<const topics::Published>& message,
                             const topics::TopicOptions& options) noexcept;
  /// Closes the socket, after everything that was sent.
  void close(CloseCode code) noexcept;

  // ---- called by its handler's task ----

  [[nodiscard]] net::ProtocolHost& host() const { return host_; }
  [[nodiscard]] const Options& options() const { return options_; }
  /// A message has been taken, so there is room for another one.
  void handler_has_room() noexcept;
  /// The handler wants messages in pieces from now on, whatever their size, or whole ones again.
  /// Throws std::bad_alloc.
  void want_pieces(bool wants);
  /// Takes the beginning of the current message, of which the handler was to be given pieces. Throws
  /// std::bad_alloc.
  void take_back(std::string&& begun);
  /// The handler was told, or is told now, that no message follows.
  void handler_knows_the_end() noexcept;
  /// The task of the handler has ended, with an exception if it `failed`.
  void task_run_ended(bool failed) noexcept;
  /// A run of event functions has ended. Returns whether another run is to follow, which is passed
  /// to `follow`; otherwise takes `handler` back.
  [[nodiscard]] bool event_run_ended(std::unique_ptr<EventHandler>& handler, bool failed,
                                     bool has_more) noexcept;
  /// Sets the run that follows another one.
  void follow(HandlerTask& next) noexcept { handler_ = &next; }
  /// The run that was to follow could not be made. Takes `handler` back.
  void cannot_follow(std::unique_ptr<EventHandler>& handler) noexcept;
  /// A run of event functions is destroyed, so perhaps the line may go, and reading may continue.
  void event_run_is_gone() noexcept;

 private:
  enum class Phase : std::uint8_t { Open, Closing, Leaving, Ending, Lingering, Gone };
  static constexpr std::uint64_t kHighBytes = 64 << 10;
  /// Payloads up to this size are copied to the other writes of the turn, which costs less than
  /// passing them on as they are.
  static constexpr std::size_t kCopiedBytes = 4 << 10;
  /// About as much as the buffers of the two kernels hold when this side closes.
  static constexpr std::uint64_t kMaxLateBytes = 4 << 20;

  // Receiving: session_receive.cc.
  void heard_something() noexcept;
  void count_late(std::size_t bytes) noexcept;
  void consume(std::string_view input);
  void consume(Reading& reading, std::string_view input);
  void release_reading() noexcept;
  [[nodiscard]] std::size_t most_at_once(const Reading& reading) const;
  void begin_event_run() noexcept;
  void read_on() noexcept;
  void message_arrived(Reading& reading);
  void give_piece(Reading& reading);
  void set_limits(Reading& reading) const;
  void pause(Reading& reading, std::string_view rest);
  void ping_arrived(Reading& reading, std::string_view payload);
  void write_pong();
  [[nodiscard]] bool is_behind() const;
  [[nodiscard]] LoopShare& share() const;

  // Sending.
  [[nodiscard]] net::Stream& stream() const { return host_.stream(); }
  void pump();
  void obey(SendQueue orders);
  void write(std::unique_ptr<QueuedFrame> item);
  void write_control(wire::websocket::Opcode opcode, std::string_view payload);

  // Topics: session_topics.cc.
  void subscribe(const topics::Topic& topic);
  void unsubscribe(const topics::Topic& topic) noexcept;
  [[nodiscard]] bool can_write_messages() const;
  void write_published(const std::shared_ptr<const topics::Published>& message);
  void write_waiting_topics();

  // The end: session_end.cc.
  void begin_to_close() noexcept;
  void close_arrived(CloseCode code, std::string_view reason);
  void malformed_arrived(CloseCode code, std::string_view reason);
  void log_malformed(CloseCode code, std::string_view reason) const;
  void leave(Closed why);
  void say_farewell() noexcept;
  void expect_end() noexcept;
  void write_close(CloseCode code, std::string_view reason);
  void expired() noexcept override;
  void arm_after(base::Duration wait) noexcept;
  void watch() noexcept;
  void ping_or_give_up() noexcept;
  void watch_delivery() noexcept;
  [[nodiscard]] bool is_taking() noexcept;

  [[nodiscard]] LineRef make_line(std::string_view protocol);
  void drop_idle_line() noexcept;
  Line& need_line();
  EventRun& make_event_run(bool is_first);
  [[nodiscard]] std::uint32_t now() const;

  net::ProtocolHost& host_;
  const Options& options_;
  std::unique_ptr<EventHandler> events_;  ///< null while an EventRun has it
  HandlerTask* handler_ = nullptr;        ///< runs, and owns itself
  LineRef line_;                          ///< null while a socket with event functions is quiet
  // An open socket that was not pinged needs one of these, and any other socket the other one.
  union {
    std::uint32_t heard_ = 0;  ///< when something last arrived, in milliseconds
    /// Bytes that the kernel has taken and that are not known to have arrived, modulo 2^32.
    std::uint32_t under_way_;
  };
  Phase phase_ = Phase::Open;
  bool wrote_close_ : 1 = false;
  bool has_opened_ : 1 = false;  ///< `opened` of the event functions is called, so `closed` will be
  bool is_choked_ : 1 = false;   ///< messages wait, because the client is behind
  bool is_in_pieces_ : 1 = false;  ///< a part of a message was written, and not its end
  bool wants_pieces_ : 1 = false;  ///< the handler takes messages in pieces
  bool is_new_run_ : 1 = false;    ///< `handler_` is an EventRun that has not begun
  bool is_paused_ : 1 = false;     ///< nothing is read, because the handler is behind
  bool is_pinged_ : 1 = false;     ///< nothing has arrived since a ping was sent
  bool is_draining_ : 1 = false;
  bool has_peer_ended_ : 1 = false;
  bool was_malformed_ : 1 = false;  ///< what the client sent; the rest is discarded
  bool has_failed_ : 1 = false;     ///< an event function has thrown
  bool is_behind_ : 1 = false;      ///< the client had not got everything when it was last watched
};

}  // namespace mastic::websocket
