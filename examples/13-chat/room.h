// A room of the chat, and the rooms that there are.

#pragma once

#include <mastic/mastic.h>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "messages.h"

/// Passes on what guests say, and keeps the last messages. Callable from any thread: guests of one
/// room may be on several loops.
///
/// Everything is published under the lock, so all guests get the same messages in the same order.
class Room {
 public:
  static constexpr std::size_t kMaxHistory = 50;

  /// Everything that happens in the room, as messages for pages. Guests subscribe before they enter,
  /// so what is said meanwhile reaches them twice rather than not at all.
  [[nodiscard]] const mastic::Topic& topic() const { return topic_; }
  /// Sends the history to `socket`, and tells everybody who is here now.
  void enter(mastic::WebSocket& socket, const std::string& name);
  void leave(const std::string& name);
  void say(const std::string& name, const std::string& text);

 private:
  void publish_people();

  std::mutex mutex_;
  /// A page that is too slow is disconnected. It connects again and gets the history, so it misses
  /// nothing silently.
  mastic::Topic topic_{{.slow_reader = mastic::SlowReader::Close}};
  std::deque<Said> history_;
  /// How many pages use each name: someone who connects again may still be here once more, until
  /// the server notices that the old connection is dead.
  std::map<std::string, int> pages_;
  std::int64_t last_at_ = 0;
};

/// The rooms, by name. Callable from any thread.
class Rooms {
 public:
  static constexpr std::size_t kMaxRooms = 100;

  /// Returns the room with this name, which is made if need be. An empty room is forgotten when
  /// there are too many. Returns null when there are too many and none is empty.
  std::shared_ptr<Room> at(const std::string& name);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Room>> rooms_;
};
