// The messages of a topic on their way to one event stream.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "mastic/async/callbacks.h"
#include "mastic/async/operation.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/source.h"
#include "mastic/loop/turn_end.h"
#include "mastic/topics/backlog.h"
#include "mastic/topics/subscriber.h"
#include "mastic/topics/topic.h"

namespace mastic::events {

/// The end of an event stream at its topic: it keeps the messages that the stream has not asked for
/// yet, within the bounds of the topic.
///
/// 1. From `open` on it belongs to the loop, which owns it until `release`.
/// 2. The stream runs in user code, and gets messages only by the awaits `open` and `next`. What an
///    await has given belongs to user code, and the feed does not touch it until the next await.
class TopicFeed final : public loop::LoopOwned,
                        private topics::Subscriber,
                        private loop::TurnEndListener {
 public:
  /// `loop` is that of the stream's request.
  TopicFeed(topics::Topic topic, std::optional<topics::MessageId> last, loop::Loop& loop)
      : loop::TurnEndListener(loop::TurnEndRank::Messages),
        topic_(std::move(topic)),
        last_(last),
        loop_(loop) {}

  /// What a stream learns of its subscription.
  struct Opened {
    bool missed_messages = false;   ///< not everything after `last` will come
    topics::MessageId began_after;  ///< everything after this message will come
  };
  class Open;
  class Next;
  /// Begins the subscription, and passes `feed` to the loop: `co_await TopicFeed::open(feed)` gives
  /// Opened. Throws std::bad_alloc.
  [[nodiscard]] static Open open(std::unique_ptr<TopicFeed>& feed);
  /// Waits for messages and moves about kPieceBytes of them to `messages`, or the first one if it is
  /// larger. Gives false when the subscription has ended.
  [[nodiscard]] Next next(topics::Backlog& messages);
  /// Ends the feed; the caller must not touch it any more. Called once, from any thread, after
  /// `open` has been awaited.
  void release() noexcept { loop_.post(release_); }

 private:
  static constexpr std::size_t kPieceBytes = 16 << 10;

  bool deliver(const std::shared_ptr<const topics::Published>& message,
               const topics::TopicOptions& options) noexcept override;
  void fell_behind() noexcept override { end(); }
  void turn_ends() noexcept override;
  [[nodiscard]] bool give(topics::Backlog& messages) noexcept;
  void end() noexcept;
  void retire() noexcept { loop_.retire(std::unique_ptr<LoopOwned>(this)); }

  const topics::Topic topic_;
  const std::optional<topics::MessageId> last_;
  loop::Loop& loop_;
  topics::Subscription subscription_;
  topics::Backlog waiting_;
  Next* waiter_ = nullptr;  ///< the await of the stream, while there are no messages for it
  bool has_ended_ = false;
  async::MessageTo<TopicFeed, &TopicFeed::retire> release_{*this};
};

/// The await that `open` returns.
class TopicFeed::Open final : public async::Operation {
 public:
  Opened await_resume() const;

 private:
  friend class TopicFeed;
  explicit Open(std::unique_ptr<TopicFeed>& feed) : feed_(feed) {}
  void start(async::Executor&) override;
  Cancel cancel() noexcept override { return Cancel::GivenUp; }

  std::unique_ptr<TopicFeed>& feed_;
  Opened opened_;
  bool has_no_memory_ = false;
};

/// The await that `next` returns.
class TopicFeed::Next final : public async::Operation {
 public:
  bool await_resume() const {
    finish_await();
    return has_messages_;
  }

 private:
  friend class TopicFeed;
  Next(TopicFeed& feed, topics::Backlog& messages) : feed_(feed), messages_(messages) {}
  void start(async::Executor&) override;
  Cancel cancel() noexcept override;

  TopicFeed& feed_;
  topics::Backlog& messages_;
  bool has_messages_ = false;
};

}  // namespace mastic::events
