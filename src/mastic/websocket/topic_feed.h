// The subscriptions of a WebSocket.

#pragma once

#include <memory>
#include <vector>

#include "mastic/topics/backlog.h"
#include "mastic/topics/subscriber.h"
#include "mastic/topics/topic.h"

namespace mastic::websocket {

class Session;

/// The messages of one topic on their way to one socket. They are written at once, unless the client
/// is behind. Then they wait here, and the policy of the topic decides which of them are kept.
class TopicFeed final : private topics::Subscriber {
 public:
  /// Subscribes `session`, which outlives this object, to `topic`. Throws std::bad_alloc.
  TopicFeed(Session& session, const topics::Topic& topic);

  /// Whether this is the feed of `topic`.
  [[nodiscard]] bool is_of(const topics::Topic& topic) const {
    return topic_.state() == topic.state();
  }
  /// The messages that wait.
  [[nodiscard]] topics::Backlog& waiting() { return waiting_; }

 private:
  [[nodiscard]] bool deliver(const std::shared_ptr<const topics::Published>& message,
                             const topics::TopicOptions& options) noexcept override;
  void fell_behind() noexcept override;

  Session& session_;
  const topics::Topic topic_;
  topics::Backlog waiting_;
  topics::Subscription subscription_;
};

/// All subscriptions of a socket.
using TopicFeeds = std::vector<std::unique_ptr<TopicFeed>>;

}  // namespace mastic::websocket
