// The content of an event stream that shows the messages of a topic.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/app/body.h"
#include "mastic/events/events.h"
#include "mastic/events/topic_feed.h"
#include "mastic/topics/backlog.h"

namespace mastic::events {

/// Makes events of messages. An event is made once for all streams of the topic
/// (Published::in_form), so a stream that gets one message has nothing to make.
class TopicSource final : public app::BodySource {
 public:
  /// `last` is the id that the client has sent; an id that is not one of the topic's, also one that
  /// cannot be read, is answered with the event `reset`.
  TopicSource(const topics::Topic& topic, std::optional<topics::MessageId> last, loop::Loop& loop,
              const EventStreamOptions& options);
  ~TopicSource() override;

  async::Task<std::optional<std::string_view>> next() override;
  [[nodiscard]] std::shared_ptr<const void> piece_owner() const override;
  [[nodiscard]] std::uint64_t held_bytes() const override { return piece_.capacity(); }
  [[nodiscard]] const app::Endless* endless() const override { return &endless_; }

 private:
  void write_beginning(const TopicFeed::Opened& opened);
  [[nodiscard]] std::string_view events_of_messages();
  [[nodiscard]] const std::string& event_of(const topics::Published& message) const;

  const bool has_ids_;
  const bool came_back_;
  const std::optional<base::Duration> retry_;
  const app::Endless endless_;
  std::unique_ptr<TopicFeed> new_feed_;  ///< until it is opened
  TopicFeed* const feed_;
  bool has_begun_ = false;
  topics::Backlog messages_;  ///< those of the last piece
  std::string piece_;         ///< the last piece, if it is not the event of one message
};

}  // namespace mastic::events
