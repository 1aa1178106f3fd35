// Publish and subscribe: a topic passes each message on to all who have subscribed, on all loops.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mastic/base/attributes.h"
#include "mastic/topics/published.h"

namespace mastic::topics {

class TopicState;

/// What happens to a subscriber whose client reads more slowly than messages are published.
enum class SlowReader : std::uint8_t {
  DropOldest,  ///< the messages that have waited longest are dropped
  KeepNewest,  ///< only the newest message waits, such as the last price
  Close,       ///< the subscription ends; a WebSocket is closed with 1013
};

/// The settings of a topic.
struct TopicOptions {
  /// What happens to slow readers.
  SlowReader slow_reader = SlowReader::DropOldest;
  /// Maximum number of messages that wait for one subscriber, at least 1.
  std::size_t max_waiting = 256;
  /// Maximum number of bytes of messages that wait for one subscriber. One message may always
  /// wait, however large it is.
  std::size_t max_waiting_bytes = 1 << 20;
  /// How many messages are kept for subscribers that come back (Last-Event-ID); 0 keeps none, and
  /// events then have no ids.
  std::size_t history = 0;
  /// Maximum number of bytes of the messages that are kept.
  std::size_t history_bytes = 256 << 10;
};

/// A topic. Copies are the same topic; it lives as long as one of them, or a subscription, does. All
/// members may be called from any thread.
///
///     Topic prices;                                // in the application's state
///     prices.publish(to_json(quote));              // from any thread
///     socket.subscribe(prices);                    // in the handler of a WebSocket
///     return event_stream(request, prices);              // as the answer to a request
///
/// Messages of one thread arrive in the order in which they were published.
class Topic {
 public:
  explicit Topic(const TopicOptions& options = {});

  /// Passes `text` on to all subscribers. Returns on how many loops there are subscribers; a
  /// message without any is only kept in the history. Never waits for a loop: when messages are
  /// published faster than a loop delivers them, the topic's policy for slow readers applies to
  /// what waits for the loop. Throws std::bad_alloc, and std::invalid_argument when `text` is not
  /// UTF-8.
  std::size_t publish(std::string text) const;
  /// Passes bytes on. Only WebSockets get them; event streams are text.
  std::size_t publish_binary(std::string bytes) const;
  /// Passes a message on that has a name, for event streams: the `event:` of an event. Throws
  /// std::invalid_argument when `name` or `text` is not UTF-8, or `name` has a line break or NUL.
  std::size_t publish_event(std::string name, std::string text) const;

  /// The settings of the topic.
  [[nodiscard]] const TopicOptions& options() const MASTIC_LIFETIMEBOUND;
  /// How many subscribers there are; another thread may change the number at any time.
  [[nodiscard]] std::size_t subscribers() const;

  /// The state that all copies share, for subscribers (topics/subscriber.h).
  [[nodiscard]] const std::shared_ptr<TopicState>& state() const { return state_; }

 private:
  std::shared_ptr<TopicState> state_;
};

}  // namespace mastic::topics
