// Messages in a row, within a bound: the history of a topic, what waits for a loop, what waits for
// one subscriber.

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "mastic/topics/published.h"
#include "mastic/topics/topic.h"

namespace mastic::topics {

/// A queue of messages that knows its size. An empty one has no memory of its own.
class Backlog {
 public:
  using Message = std::shared_ptr<const Published>;

  [[nodiscard]] bool empty() const { return first_ == messages_.size(); }
  /// The number of messages.
  [[nodiscard]] std::size_t size() const { return messages_.size() - first_; }
  /// The bytes of all messages (Published::bytes).
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// All messages, the oldest first. Valid until the backlog changes.
  [[nodiscard]] std::span<const Message> messages() const {
    return std::span(messages_).subspan(first_);
  }

  /// The oldest message. Requires: not empty.
  [[nodiscard]] const Published& front() const { return *messages_[first_]; }

  /// Makes sure that the next `push_back` does not throw. Throws std::bad_alloc.
  void make_room() {
    if (messages_.size() < messages_.capacity()) return;
    if (first_ > size()) return compact();
    messages_.reserve(messages_.size() * 2 + 1);
  }
  void push_back(Message message) {
    make_room();
    bytes_ += message->bytes();
    messages_.push_back(std::move(message));
  }
  /// Removes the oldest message and returns it. Requires: not empty.
  Message pop_front() noexcept {
    Message message = std::move(messages_[first_++]);
    bytes_ -= message->bytes();
    if (empty()) clear();
    return message;
  }
  /// Whether there are more messages or bytes than these.
  [[nodiscard]] bool exceeds(std::size_t max_messages, std::size_t max_bytes) const {
    return size() > max_messages || bytes_ > max_bytes;
  }
  /// Removes the oldest messages until the rest does not exceed the bound. Keeps the newest one,
  /// however large it is, if `keep_newest`.
  void trim(std::size_t max_messages, std::size_t max_bytes, bool keep_newest) noexcept {
    const std::size_t least = keep_newest ? 1 : 0;
    while (size() > least && exceeds(max_messages, max_bytes)) (void)pop_front();
  }
  /// Adds a message for a reader who reads too slowly by the rules of `options`. Returns false if
  /// the reader may not miss a message and has too many: then its subscription ends.
  [[nodiscard]] bool add(Message message, const TopicOptions& options) {
    push_back(std::move(message));
    const bool keeps_one = options.slow_reader == SlowReader::KeepNewest;
    const std::size_t most = keeps_one ? 1 : options.max_waiting;
    if (options.slow_reader == SlowReader::Close) {
      return size() == 1 || !exceeds(most, options.max_waiting_bytes);
    }
    trim(most, options.max_waiting_bytes, true);
    return true;
  }
  void clear() noexcept {
    messages_.clear();
    first_ = bytes_ = 0;
  }
  void swap(Backlog& other) noexcept {
    messages_.swap(other.messages_);
    std::swap(first_, other.first_);
    std::swap(bytes_, other.bytes_);
  }

 private:
  void compact() noexcept {
    messages_.erase(messages_.begin(), messages_.end() - static_cast<std::ptrdiff_t>(size()));
    first_ = 0;
  }

  std::vector<Message> messages_;  ///< the first `first_` were removed, and are empty
  std::size_t first_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace mastic::topics
