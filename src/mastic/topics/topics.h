// Topics with names, which are made when they are first asked for: the rooms of a chat, the items of
// a shop.

#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/topics/topic.h"

namespace mastic::topics {

/// A table of topics by name. A topic stays in it while somebody subscribes to it or keeps a copy of
/// it; others are removed now and then, and last of all those that have a history. All members may
/// be called from any thread.
///
///     Topics rooms({.history = 50});
///     rooms.at("room/7").publish("hello");
///
/// Asking for a name makes a topic, so check names that come from clients.
class Topics {
 public:
  /// Makes a table of at most `max_topics` topics, each with these `options`.
  explicit Topics(const TopicOptions& options = {}, std::size_t max_topics = 10'000)
      : options_(options), max_topics_(max_topics) {}
  Topics(const Topics&) = delete;
  Topics& operator=(const Topics&) = delete;

  /// Returns the topic `name`, which is made if it does not exist. Throws std::length_error when
  /// there are max_topics topics that are all in use, and std::invalid_argument when `name` has more
  /// than 256 bytes.
  [[nodiscard]] Topic at(std::string_view name);
  /// Returns the topic `name`, or nothing if it does not exist: then it has no subscribers.
  [[nodiscard]] std::optional<Topic> find(std::string_view name) const;
  /// How many topics there are.
  [[nodiscard]] std::size_t size() const;

 private:
  void make_room();

  const TopicOptions options_;
  const std::size_t max_topics_;
  mutable std::mutex mutex_;  ///< guards the following members
  std::map<std::string, Topic, std::less<>> topics_;
  std::size_t sweep_at_ = 64;  ///< the size at which unused topics are removed
};

}  // namespace mastic::topics
