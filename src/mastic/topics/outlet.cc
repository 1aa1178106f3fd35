#include "mastic/topics/outlet.h"

#include <algorithm>
#include <memory>
namespace mastic::topics {

Outlet::~Outlet() {
  if (is_listed_) topic_->remove(*this);
  while (first_ != nullptr) unlink(*first_);
}

// ---- the list of subscriptions ----

void Outlet::add(Subscription& subscription) noexcept {
  subscription.outlet_ = this;
  subscription.next_ = nullptr;
  subscription.previous_ = last_;
  (last_ == nullptr ? first_ : last_->next_) = &subscription;
  last_ = &subscription;
  topic_->count_subscriber();
}

void Outlet::unlink(Subscription& subscription) noexcept {
  (subscription.previous_ == nullptr ? first_ : subscription.previous_->next_) = subscription.next_;
  (subscription.next_ == nullptr ? last_ : subscription.next_->previous_) = subscription.previous_;
  if (next_ == &subscription) next_ = subscription.next_;
  if (current_ == &subscription) current_ = nullptr;
  subscription.outlet_ = nullptr;
  topic_->discount_subscriber();
}

void Outlet::remove(Subscription& subscription) noexcept {
  unlink(subscription);
  if (first_ == nullptr && !topic_->remove(*this)) retire();
}

void Outlet::replace(Subscription& from, Subscription& to) noexcept {
  (from.previous_ == nullptr ? first_ : from.previous_->next_) = &to;
  (from.next_ == nullptr ? last_ : from.next_->previous_) = &to;
  if (next_ == &from) next_ = &to;
  if (current_ == &from) current_ = &to;
}

// ---- delivering ----

void Outlet::deliver() noexcept { deliveries_.add(*this); }

bool Outlet::deliver_some(std::size_t& budget) noexcept {
  while (next_ != nullptr || begin_batch()) {
    if (budget == 0) return true;
    budget -= std::min(budget, std::max<std::size_t>(batch_.size(), 1));
    current_ = std::exchange(next_, next_->next_);
    deliver_batch();
    current_ = nullptr;
  }
  return false;
}

/// Takes the messages that have arrived meanwhile, for all subscriptions. Returns false when there
/// is nothing to do.
bool Outlet::begin_batch() noexcept {
  while (topic_->take_pending(*this)) {
    next_ = first_;
    if (next_ != nullptr) return true;
  }
  if (!is_listed_) retire();
  return false;
}

/// Delivers the batch to the current subscription, which may end or move in any call.
void Outlet::deliver_batch() noexcept {
  if (current_->began_after_.number < lost_number_) {
    Subscriber& subscriber = *current_->subscriber_;
    remove(*current_);
    return subscriber.fell_behind();
  }
  for (const Backlog::Message& message : batch_.messages()) {
    if (message->id.number <= current_->began_after_.number) continue;
    const bool stays = current_->subscriber_->deliver(message, topic_->options());
    if (current_ == nullptr) return;
    if (!stays) return remove(*current_);
  }
}

void Outlet::retire() noexcept { loop_.retire(std::unique_ptr<LoopOwned>(this)); }

}  // namespace mastic::topics
