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
struct Outgoing {
  enum class Kind : std::uint8_t { Frame, Close, Subscribe, Unsubscribe };

  /// The number of bytes by which this counts against Options::max_queue_bytes. Small messages
  /// count for more than their content, because they use more memory than that.
  [[nodiscard]] std::uint64_t cost() const { return sizeof(Outgoing) + data.size(); }

  Kind kind = Kind::Frame;
  wire::websocket::Opcode opcode = wire::websocket::Opcode::Text;
  bool is_final = true;
  bool may_compress = true;
  wire::websocket::CloseCode code{};     ///< of Close
  std::string data;                      ///< the payload; the reason of Close
  std::unique_ptr<topics::Topic> topic;  ///< of Subscribe and Unsubscribe
  Outgoing* next = nullptr;
};

/// A queue that owns what is in it, first in, first out. It allocates nothing itself.
class OutgoingQueue {
 public:
  OutgoingQueue() = default;
  OutgoingQueue(OutgoingQueue&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)), last_(other.last_) {}
  OutgoingQueue& operator=(OutgoingQueue&&) = delete;
  ~OutgoingQueue() { clear(); }

  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  /// Requires: the queue is not empty.
  [[nodiscard]] const Outgoing& front() const { return *first_; }
  void push_back(std::unique_ptr<Outgoing> item) noexcept {
    item->next = nullptr;
    Outgoing* const added = item.release();
    (first_ == nullptr ? first_ : last_->next) = added;
    last_ = added;
  }
  /// Requires: the queue is not empty.
  [[nodiscard]] std::unique_ptr<Outgoing> pop_front() noexcept {
    return std::unique_ptr<Outgoing>(std::exchange(first_, first_->next));
  }
  void clear() noexcept {
    while (!empty()) (void)pop_front();
  }

 private:
  Outgoing* first_ = nullptr;
  Outgoing* last_ = nullptr;
};

}  // namespace mastic::websocket
