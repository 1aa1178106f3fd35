// What waits to be sent on a WebSocket.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mastic/topics/topic.h"
#include "mastic/wire/websocket/close_code.h"
#include "mastic/wire/websocket/frame.h"

namespace mastic::websocket {

/// A frame, or an order that keeps its place among the frames.
struct QueuedFrame {
  enum class Kind : std::uint8_t { Frame, Close, Subscribe, Unsubscribe };
  /// What a frame is of its message. Begin carries nothing: with it, a message that is sent in pieces
  /// gets its turn.
  enum class Part : std::uint8_t { Whole, Begin, Piece, End };

  /// The number of bytes by which this counts against Options::max_queue_bytes. Small messages
  /// count for more than their content, because they use more memory than that.
  [[nodiscard]] std::uint64_t cost() const { return sizeof(QueuedFrame) + data.size(); }

  Kind kind = Kind::Frame;
  wire::websocket::Opcode opcode = wire::websocket::Opcode::Text;
  Part part = Part::Whole;
  bool may_compress = true;
  [[nodiscard]] bool is_final() const { return part != Part::Piece; }

  wire::websocket::CloseCode code{};     ///< of Close
  std::string data;                      ///< the payload; the reason of Close
  std::unique_ptr<topics::Topic> topic;  ///< of Subscribe and Unsubscribe
  QueuedFrame* next = nullptr;           ///< in a SendQueue
};

/// A queue that owns what is in it, first in, first out. It allocates nothing itself. Its frames form
/// a ring, so the queue is one pointer.
class SendQueue {
 public:
  SendQueue() = default;
  SendQueue(SendQueue&& other) noexcept : last_(std::exchange(other.last_, nullptr)) {}
  SendQueue& operator=(SendQueue&&) = delete;
  ~SendQueue() { clear(); }

  [[nodiscard]] bool empty() const { return last_ == nullptr; }
  void push_back(std::unique_ptr<QueuedFrame> item) noexcept {
    QueuedFrame* const added = item.release();
    added->next = last_ == nullptr ? added : std::exchange(last_->next, added);
    last_ = added;
  }
  /// Requires: the queue is not empty.
  [[nodiscard]] std::unique_ptr<QueuedFrame> pop_front() noexcept {
    QueuedFrame* const first = last_->next;
    if (first == last_) {
      last_ = nullptr;
    } else {
      last_->next = first->next;
    }
    return std::unique_ptr<QueuedFrame>(first);
  }
  void clear() noexcept {
    while (!empty()) (void)pop_front();
  }

 private:
  QueuedFrame* last_ = nullptr;  ///< its `next` is the first one
};

}  // namespace mastic::websocket
