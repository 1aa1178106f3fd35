// What subscribes to topics: a WebSocket, an event stream.

#pragma once

#include <cstdint>
#include <memory>

#include "mastic/loop/loop.h"
#include "mastic/topics/published.h"
#include "mastic/topics/topic.h"

namespace mastic::topics {

/// One end of subscriptions. It belongs to a loop: all members are called on that loop, outside of
/// user code.
class Subscriber {
 public:
  /// Called at the end of a turn (TurnEndRank::Topics) with a message of a topic to which this
  /// subscribes, in the order in which messages were published. Returns false to end the
  /// subscription.
  [[nodiscard]] virtual bool deliver(const std::shared_ptr<const Published>& message,
                                     const TopicOptions& options) noexcept = 0;

 protected:
  ~Subscriber() = default;
};

/// A subscription, which ends when this object is destroyed or cancelled. Move-only. It belongs to
/// the loop of its subscriber.
class Subscription {
 public:
  Subscription() = default;
  /// Subscribes `subscriber`, which lives on `loop` and must outlive the subscription. With
  /// `after`, first delivers the messages of the topic's history with greater numbers. Throws
  /// std::bad_alloc.
  Subscription(loop::Loop& loop, const Topic& topic, Subscriber& subscriber);
  Subscription(Subscription&&) noexcept;
  Subscription& operator=(Subscription&&) noexcept;
  ~Subscription();
};

}  // namespace mastic::topics
