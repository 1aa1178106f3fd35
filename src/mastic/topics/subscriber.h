// What subscribes to topics: a WebSocket, an event stream.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "mastic/loop/loop.h"
#include "mastic/topics/published.h"
#include "mastic/topics/topic.h"

namespace mastic::topics {

class Outlet;

/// One end of subscriptions. It belongs to a loop: all members are called on that loop, outside of
/// user code.
class Subscriber {
 public:
  /// Called at the end of a turn (TurnEndRank::Topics) with a message of a topic to which this
  /// subscribes, in the order in which messages were published. Returns false to end the
  /// subscription. May also destroy subscriptions, its own too.
  [[nodiscard]] virtual bool deliver(const std::shared_ptr<const Published>& message,
                                     const TopicOptions& options) noexcept = 0;
  /// Called when a subscription to a topic with SlowReader::Close has ended because messages were
  /// published faster than the loop delivered them: the subscriber treats itself as a slow reader.
  virtual void fell_behind() noexcept = 0;

 protected:
  ~Subscriber() = default;
};

/// A subscription, which ends when this object is destroyed, its subscriber returns false, or the
/// loop ends. Move-only. It belongs to the loop of its subscriber.
class Subscription {
 public:
  /// A subscription to nothing.
  Subscription() = default;
  /// Subscribes `subscriber`, which lives on `loop` and must outlive the subscription. With `last`,
  /// first delivers the messages of the topic's history that follow the message `last`, during this
  /// call; what cannot be replayed in full is not replayed at all (missed_messages). Throws
  /// std::bad_alloc.
  Subscription(loop::Loop& loop, const Topic& topic, Subscriber& subscriber,
               std::optional<MessageId> last = std::nullopt);
  Subscription(Subscription&& other) noexcept { take(other); }
  Subscription& operator=(Subscription&& other) noexcept;
  ~Subscription() { end(); }

  /// Whether the subscription has not ended.
  [[nodiscard]] explicit operator bool() const { return outlet_ != nullptr; }
  /// Whether messages after `last` are missing: the history does not reach back that far, or
  /// `last` is the id of another topic, or of this topic before the process was started again.
  [[nodiscard]] bool missed_messages() const { return missed_messages_; }
  /// The id of the last message before the subscription began. All messages after this one are
  /// delivered.
  [[nodiscard]] MessageId began_after() const { return began_after_; }

 private:
  friend class Outlet;
  void take(Subscription& other) noexcept;
  void end() noexcept;

  Outlet* outlet_ = nullptr;  ///< null when the subscription has ended
  Subscriber* subscriber_ = nullptr;
  Subscription* next_ = nullptr;
  Subscription* previous_ = nullptr;
  MessageId began_after_;
  bool missed_messages_ = false;
};

}  // namespace mastic::topics
