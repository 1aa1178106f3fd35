#include "mastic/events/topic_feed.h"

#include <new>

namespace mastic::events {

TopicFeed::Open TopicFeed::open(std::unique_ptr<TopicFeed>& feed) { return Open(feed); }

TopicFeed::Next TopicFeed::next(topics::Backlog& messages) {
  messages.clear();
  return {*this, messages};
}

void TopicFeed::Open::start(async::Executor&) {
  TopicFeed& feed = *feed_;
  feed.loop_.keep(std::move(feed_));
  try {
    feed.subscription_ = topics::Subscription(feed.loop_, feed.topic_, feed, feed.last_);
    feed.has_ended_ = !feed.subscription_;
    opened_ = {feed.subscription_.missed_messages(), feed.subscription_.began_after()};
  } catch (const std::bad_alloc&) {
    has_no_memory_ = true;
  }
  complete();
}

TopicFeed::Opened TopicFeed::Open::await_resume() const {
  finish_await();
  if (has_no_memory_) throw std::bad_alloc();
  return opened_;
}

void TopicFeed::Next::start(async::Executor&) {
  if (feed_.give(messages_)) {
    has_messages_ = true;
    complete();
  } else if (feed_.has_ended_) {
    complete();
  } else {
    feed_.waiter_ = this;
  }
}

/// The client has left, so the subscription ends at once.
async::Operation::Cancel TopicFeed::Next::cancel() noexcept {
  feed_.waiter_ = nullptr;
  feed_.end();
  return Cancel::GivenUp;
}

bool TopicFeed::deliver(const std::shared_ptr<const topics::Published>& message,
                        const topics::TopicOptions& options) noexcept {
  if (has_ended_) return false;
  if (message->is_binary) return true;
  bool keeps_up = false;
  try {
    keeps_up = waiting_.add(message, options);
  } catch (const std::bad_alloc&) {  // as if the client were too slow
  }
  if (!keeps_up) {
    end();
    return false;
  }
  if (waiter_ != nullptr) loop_.tell_at_turn_end(*this);
  return true;
}

/// Passes on what this turn has brought. A stream that waits gets all messages of the turn in one
/// piece.
void TopicFeed::turn_ends() noexcept {
  if (waiter_ == nullptr) return;
  waiter_->has_messages_ = give(waiter_->messages_);
  if (waiter_->has_messages_ || has_ended_) std::exchange(waiter_, nullptr)->complete();
}

/// Moves messages to `messages`, which is empty. Returns false if there are none.
bool TopicFeed::give(topics::Backlog& messages) noexcept {
  if (waiting_.bytes() <= kPieceBytes) {
    messages.swap(waiting_);
    return !messages.empty();
  }
  try {
    do {
      messages.make_room();
      messages.push_back(waiting_.pop_front());
    } while (!waiting_.empty() && messages.bytes() + waiting_.front().bytes() <= kPieceBytes);
  } catch (const std::bad_alloc&) {
    if (messages.empty()) end();
  }
  return !messages.empty();
}

/// Ends the subscription, for a slow reader, or because there is no memory. The stream learns of it
/// when it asks for the next messages.
void TopicFeed::end() noexcept {
  has_ended_ = true;
  waiting_.clear();
  subscription_ = topics::Subscription();
  if (waiter_ != nullptr) loop_.tell_at_turn_end(*this);
}

}  // namespace mastic::events
