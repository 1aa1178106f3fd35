#include "mastic/events/topic_source.h"

#include <utility>

#include "mastic/events/event.h"

namespace mastic::events {

using topics::Published;

TopicSource::TopicSource(const topics::Topic& topic, std::optional<topics::MessageId> last,
                         loop::Loop& loop, const EventStreamOptions& options)
    : has_ids_(topic.options().history > 0),
      came_back_(last.has_value()),
      retry_(options.retry),
      endless_{options.heartbeat, kHeartbeat, {}},
      new_feed_(std::make_unique<TopicFeed>(topic, last, loop)),
      feed_(new_feed_.get()) {}

TopicSource::~TopicSource() {
  if (new_feed_ == nullptr) feed_->release();
}

async::Task<std::optional<std::string_view>> TopicSource::next() {
  if (!std::exchange(has_begun_, true)) {
    const auto opened = co_await TopicFeed::open(new_feed_);
    write_beginning(opened);
    if (!piece_.empty()) co_return piece_;
  }
  const bool has_messages = co_await feed_->next(messages_);
  if (!has_messages) co_return std::nullopt;
  co_return events_of_messages();
}

/// Writes what comes before the first message. A client that is told an id at once misses nothing
/// if it loses the connection before the first message.
void TopicSource::write_beginning(const TopicFeed::Opened& opened) {
  if (retry_) append_retry(piece_, *retry_);
  if (opened.missed_messages) append_name(piece_, "reset");
  if (opened.missed_messages || (has_ids_ && !came_back_)) {
    append_id(piece_, opened.began_after.to_string());
  }
  if (opened.missed_messages) return append_data(piece_, {});
  if (!piece_.empty()) piece_ += '\n';
}

std::string_view TopicSource::events_of_messages() {
  piece_.clear();
  if (messages_.size() == 1) return event_of(messages_.front());
  for (const auto& message : messages_.messages()) piece_ += event_of(*message);
  return piece_;
}

const std::string& TopicSource::event_of(const Published& message) const {
  return message.in_form(Published::Form::Event, [has_ids = has_ids_](const Published& of) {
    std::string text;
    if (!of.name.empty()) append_name(text, of.name);
    if (has_ids) append_id(text, of.id.to_string());
    append_data(text, of.text);
    return text;
  });
}

std::shared_ptr<const void> TopicSource::piece_owner() const {
  return piece_.empty() && messages_.size() == 1 ? messages_.messages().front() : nullptr;
}

}  // namespace mastic::events
