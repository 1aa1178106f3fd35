#include "mastic/topics/outlet.h"
#include "mastic/topics/subscriber.h"

namespace mastic::topics {

Subscription::Subscription(loop::Loop& loop, const Topic& topic, Subscriber& subscriber,
                           std::optional<MessageId> last)
    : subscriber_(&subscriber) {
  const TopicState::Start start = TopicState::join(topic.state(), loop, last);
  began_after_ = start.after;
  missed_messages_ = !start.is_complete;
  start.outlet->add(*this);
  for (const Backlog::Message& message : start.missed.messages()) {
    if (subscriber.deliver(message, topic.state()->options())) continue;
    end();
    break;
  }
}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this == &other) return *this;
  end();
  take(other);
  return *this;
}

void Subscription::take(Subscription& other) noexcept {
  outlet_ = std::exchange(other.outlet_, nullptr);
  subscriber_ = other.subscriber_;
  next_ = other.next_;
  previous_ = other.previous_;
  began_after_ = other.began_after_;
  missed_messages_ = other.missed_messages_;
  if (outlet_ != nullptr) outlet_->replace(other, *this);
}

void Subscription::end() noexcept {
  if (outlet_ != nullptr) outlet_->remove(*this);
}

}  // namespace mastic::topics
