// What all handles of a WebSocket share, whatever thread they are used on, and however long they
// outlive the connection.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/async/job.h"
#include "mastic/async/waiter.h"
#include "mastic/base/ip_address.h"
#include "mastic/loop/loop.h"
#include "mastic/websocket/compression.h"
#include "mastic/websocket/message.h"
#include "mastic/websocket/reading.h"
#include "mastic/websocket/send_queue.h"
#include "mastic/websocket/topic_feed.h"
#include "mastic/websocket/web_socket.h"

namespace mastic::websocket {

class Session;

/// The way from the handles of a WebSocket to its session: a queue that any thread fills and the
/// session empties.
///
/// 1. Messages are counted against `max_queue_bytes` when they enter the queue, and until the
///    kernel has taken them. So neither the queue nor the inbox of the loop can grow without bound.
/// 2. While a message is sent in pieces, others wait.
/// 3. The line posts itself to the loop at most once until it is delivered, whatever enters the
///    queue meanwhile. In user code that runs on the same loop, it is delivered after the job,
///    without waking the loop.
/// 4. A line counts its references: handles, the session, tasks, and the loop while it is posted.
/// 5. Once the session has detached itself, the loop is not used any more.
///
///     Open ──close, by either side──> Closing ──detach──> Closed
class Line final : private async::Message {
 public:
  /// `session` and `loop` are used until `detach`.
  Line(Session& session, loop::Loop& loop, const base::Endpoint& peer, std::string_view protocol,
       std::uint64_t max_queue_bytes)
      : loop_(loop),
        session_(&session),
        max_queue_bytes_(max_queue_bytes),
        protocol_(protocol.empty() ? nullptr : std::make_unique<const std::string>(protocol)),
        peer_(peer) {}

  // ---- from any thread ----

  /// Takes `item` and puts it into the queue, or leaves it and says why.
  [[nodiscard]] Sent offer(std::unique_ptr<QueuedFrame>& item);
  /// Has the session subscribe to `topic`, or end its subscription. Does nothing if the socket is
  /// not open. Throws std::bad_alloc.
  void order(QueuedFrame::Kind kind, const topics::Topic& topic);
  /// An await of room for an item. It gives Taken or Closed.
  class WaitForRoom;
  /// Closes the socket after everything in the queue. Does nothing if the socket is not open.
  /// Throws std::bad_alloc.
  void close(CloseCode code, std::string_view reason);

  [[nodiscard]] bool is_open() const {
    return phase_.load(std::memory_order_relaxed) == Phase::Open;
  }
  [[nodiscard]] std::optional<Closed> closed() const;
  [[nodiscard]] const base::Endpoint& peer() const { return peer_; }
  [[nodiscard]] std::string_view protocol() const {
    return protocol_ ? std::string_view(*protocol_) : std::string_view();
  }
  /// The task that may receive, or null.
  [[nodiscard]] TaskRun* handler() const { return handler_.load(std::memory_order_relaxed); }

  // ---- for the session, on the loop ----

  /// Closes the socket like `close`, but the session looks into the queue itself. `how` is what
  /// `closed` then says. A reason of the client is not sent back.
  void close_here(const Closed& how);

  void set_handler(TaskRun* handler) { handler_.store(handler, std::memory_order_relaxed); }
  /// What was taken off a queue.
  struct Taken {
    SendQueue items;
    bool more_wait = false;  ///< the queue is not empty
  };
  /// Takes items off the queue until they have at least `bytes` bytes, or the queue is empty. They
  /// count against max_queue_bytes until `has_left`.
  [[nodiscard]] Taken take(std::uint64_t bytes) noexcept;
  /// Says how many bytes of what was taken are still unsent, and lets those who wait for room put
  /// their items into the queue. Returns whether the queue holds anything now.
  [[nodiscard]] bool has_left(std::uint64_t unsent) noexcept;
  /// Counts bytes that arrived after the close frame was written. Returns how many there were so
  /// far. Requires: the socket was closed.
  [[nodiscard]] std::uint64_t count_late(std::uint64_t bytes) noexcept {
    return ending_->late_bytes += bytes;
  }
  /// Cuts the way to the session, which is about to go. With `how`, the socket was closed in this
  /// way; with null, as `close` said.
  void detach(const Closed* how) noexcept;
  /// Whether only the session refers to this line, and nothing is kept in it, so that the session
  /// can do without a line until the next event. Without another reference, no other thread can use
  /// this line, so no lock is needed.
  [[nodiscard]] bool is_idle() const noexcept {
    return references_.load(std::memory_order_acquire) == 1 && waiting_bytes_ == 0 && !reading &&
           !farewell && !compression && !feeds && !protocol_;
  }

  /// What is being received; null between two messages. Belongs to the session.
  std::unique_ptr<Reading> reading;
  /// How messages are compressed; null when they are not. Belongs to the session.
  std::unique_ptr<MessageCompression> compression;
  /// What the socket is subscribed to; null when there is nothing. Belongs to the session.
  std::unique_ptr<TopicFeeds> feeds;
  /// What the close frame of the client said, until it is answered. Belongs to the session.
  std::unique_ptr<Closed> farewell;

 private:
  friend class LineRef;
  enum class Phase : std::uint8_t { Open, Closing, Closed };

  void close(const Closed& how, bool signals);
  /// Those who wait for room, in the order in which they came.
  struct Waiting {
    explicit Waiting(std::mutex& mutex) : queue(mutex) {}
    async::WaitQueue queue;
    /// At least the cost of the most expensive frame that waits; 0 when none waits.
    std::uint64_t most_wanted = 0;
  };

  /// What a socket needs when it is closed.
  struct Ending {
    Closed how;
    std::uint64_t late_bytes = 0;  ///< belongs to the loop
  };

  /// What most sockets never need.
  struct Rare {
    explicit Rare(std::mutex& mutex) : waiting(mutex), waiting_pieces(mutex) {}
    Waiting waiting;
    Waiting waiting_pieces;  ///< pieces of the message that is sent in pieces
    SendQueue orders;        ///< to subscribe and to unsubscribe
  };

  // These are called with the mutex held.
  [[nodiscard]] Sent offer_now(std::unique_ptr<QueuedFrame>& item) noexcept;
  void enqueue(std::unique_ptr<QueuedFrame> item) noexcept;
  void signal() noexcept;
  void serve(async::Waker& waker) noexcept;
  void serve(Waiting& waiting, async::Waker& waker) noexcept;
  /// Requires: `rare_` was made.
  [[nodiscard]] Waiting& waiting_for(const QueuedFrame& item) {
    const bool is_of_pieces =
        item.part == QueuedFrame::Part::Piece || item.part == QueuedFrame::Part::End;
    return is_of_pieces ? rare_->waiting_pieces : rare_->waiting;
  }
  [[nodiscard]] bool has_room(std::uint64_t cost) const {
    return waiting_bytes_ == 0 || waiting_bytes_ + cost <= max_queue_bytes_;
  }

  [[nodiscard]] async::WaitQueue& queue_for(const QueuedFrame& item);
  void deliver() noexcept override;

  loop::Loop& loop_;
  Session* session_;  ///< belongs to the loop
  std::atomic<TaskRun*> handler_{nullptr};
  mutable std::mutex mutex_;
  SendQueue queue_;
  std::uint64_t queue_bytes_ = 0;    ///< of what is in `queue_`
  std::uint64_t waiting_bytes_ = 0;  ///< queue_bytes_, and what was taken and has not left
  const std::uint64_t max_queue_bytes_;
  std::unique_ptr<Rare> rare_;                         ///< made when it is first needed
  std::unique_ptr<Ending> ending_;                     ///< null while the socket is open
  const std::unique_ptr<const std::string> protocol_;  ///< null without one
  // The small members stand together, which saves 8 bytes of each socket.
  const base::Endpoint peer_;
  std::atomic<std::uint32_t> references_{0};
  std::atomic<Phase> phase_{Phase::Open};  ///< written with the mutex held
  bool posted_ = false;
  bool is_in_pieces_ = false;  ///< a message is being sent in pieces
};

/// Gives the item to the line as soon as there is room, in the order in which the waits began.
class [[nodiscard]] Line::WaitForRoom final : public async::Waiter {
 public:
  /// Throws std::bad_alloc.
  WaitForRoom(LineRef line, std::unique_ptr<QueuedFrame> item)
      : Waiter(line->queue_for(*item)), line_(std::move(line)), item_(std::move(item)) {}
  [[nodiscard]] Sent await_resume() const {
    finish_await();
    return sent_;
  }

 private:
  friend class Line;
  [[nodiscard]] bool take_now(async::Waker& waker) override;

  LineRef line_;
  std::unique_ptr<QueuedFrame> item_;
  Sent sent_ = Sent::Closed;
};

}  // namespace mastic::websocket
