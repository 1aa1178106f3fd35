// What topics publish, on its way to a WebSocket.

#include <algorithm>
#include <cstring>
#include <utility>

#include "mastic/websocket/compression.h"
#include "mastic/websocket/session.h"
#include "mastic/websocket/topic_feed.h"

namespace mastic::websocket {

using topics::Published;
using wire::websocket::FrameHead;
using wire::websocket::kMaxFrameHeadBytes;
using wire::websocket::Opcode;

namespace {

std::string make_frame(const Published& message, bool compresses) {
  std::string compressed;
  if (compresses) compressed = compress_for_all(message.text);
  const std::string& payload = compresses ? compressed : message.text;
  std::string frame(kMaxFrameHeadBytes + payload.size(), '\0');
  char* const end = wire::websocket::write_frame_head(
      frame.data(), {.opcode = message.is_binary ? Opcode::Binary : Opcode::Text,
                     .is_compressed = compresses,
                     .length = payload.size()});
  frame.resize(static_cast<std::size_t>(end - frame.data()));
  return frame += payload;
}

}  // namespace

// ---- subscriptions ----

TopicFeed::TopicFeed(Session& session, const topics::Topic& topic)
    : session_(session), topic_(topic), subscription_(session.host().loop(), topic, *this) {}

bool TopicFeed::deliver(const std::shared_ptr<const Published>& message,
                        const topics::TopicOptions& options) noexcept {
  return session_.deliver(*this, message, options);
}

void TopicFeed::fell_behind() noexcept { session_.close(CloseCode::TryAgainLater); }

void Session::subscribe(const topics::Topic& topic) {
  Line& line = need_line();
  if (!line.feeds) line.feeds = std::make_unique<TopicFeeds>();
  const auto is_same = [&](const auto& feed) { return feed->is_of(topic); };
  if (std::ranges::any_of(*line.feeds, is_same)) return;
  line.feeds->push_back(std::make_unique<TopicFeed>(*this, topic));
}

void Session::unsubscribe(const topics::Topic& topic) noexcept {
  if (!line_->feeds) return;
  std::erase_if(*line_->feeds, [&](const auto& feed) { return feed->is_of(topic); });
  if (line_->feeds->empty()) line_->feeds.reset();
}

// ---- messages ----

bool Session::deliver(TopicFeed& feed, const std::shared_ptr<const Published>& message,
                      const topics::TopicOptions& options) noexcept {
  if (phase_ != Phase::Open) return false;
  topics::Backlog& waiting = feed.waiting();
  const bool is_taken = host_.with_memory([&] {
    if (can_write_messages()) return write_published(message);
    if (options.slow_reader == topics::SlowReader::KeepNewest) waiting.clear();
    waiting.push_back(message);
    is_choked_ = true;
  });
  if (!is_taken || !waiting.exceeds(options.max_waiting, options.max_waiting_bytes)) {
    return is_taken;
  }
  if (options.slow_reader == topics::SlowReader::Close && waiting.size() > 1) {
    close(CloseCode::TryAgainLater);
    return false;
  }
  waiting.trim(options.max_waiting, options.max_waiting_bytes, true);
  return true;
}

/// Whether a message can be written now: nothing waits before it, no message is being sent in
/// pieces, and the client keeps up.
bool Session::can_write_messages() const {
  return !is_choked_ && !is_in_pieces_ && stream().unsent() < kHighBytes;
}

/// The frame is the same for all sockets, so it is made once. Larger frames are not even copied.
void Session::write_published(const std::shared_ptr<const Published>& message) {
  using Form = Published::Form;
  MessageCompression* const compression = line_->compression.get();
  if (compression != nullptr && !compression->takes_common_form(message->text.size())) {
    auto item = std::make_unique<QueuedFrame>();
    item->opcode = message->is_binary ? Opcode::Binary : Opcode::Text;
    item->data = message->text;
    return write(std::move(item));
  }
  const std::string& frame =
      compression != nullptr
          ? message->in_form(Form::WebSocketCompressedFrame,
                             [](const Published& of) { return make_frame(of, true); })
          : message->in_form(Form::WebSocketFrame,
                             [](const Published& of) { return make_frame(of, false); });
  if (frame.size() > kCopiedBytes) return stream().write_shared(frame, message);
  std::memcpy(stream().prepare(frame.size()), frame.data(), frame.size());
  stream().commit(frame.size());
}

/// Writes the messages of topics that wait, after everything that was sent directly.
void Session::write_waiting_topics() {
  if (!line_->feeds) return;
  for (const auto& feed : *line_->feeds) {
    while (!feed->waiting().empty()) {
      if (stream().unsent() >= kHighBytes || is_in_pieces_) {
        is_choked_ = true;
        return;
      }
      write_published(feed->waiting().pop_front());
    }
  }
}

}  // namespace mastic::websocket
