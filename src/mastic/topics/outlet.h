// The part of a topic on one loop: its subscriptions there, and the messages on their way to them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "mastic/async/job.h"
#include "mastic/loop/loop.h"
#include "mastic/loop/source.h"
#include "mastic/topics/backlog.h"
#include "mastic/topics/deliveries.h"
#include "mastic/topics/subscriber.h"
#include "mastic/topics/topic_state.h"

namespace mastic::topics {

/// Delivers the messages of a topic to the subscribers of a loop.
///
///     publish ──> pending ──posted──> Deliveries ──end of the turn──> batch ──> each subscription
///
/// 1. Messages that are published while a batch is delivered wait in `pending_`. Every subscription
///    gets all messages of a batch, one after the other, before the next subscription gets any.
/// 2. A subscription that begins during a batch is appended to the list. It began after the
///    messages of the batch, so it does not get them.
/// 3. A subscription that ends is unlinked at once, also while it or the one before it gets a
///    message: `current_` and `next_` never point to a subscription that has ended.
/// 4. While `is_posted_`, the outlet is in a queue, the loop's inbox or that of Deliveries, or
///    delivers. It is destroyed when it is not posted and has no subscriptions, or with the loop.
class Outlet final : public loop::LoopOwned, private async::Message {
 public:
  /// `deliveries` are those of `loop`.
  Outlet(std::shared_ptr<TopicState> topic, loop::Loop& loop, Deliveries& deliveries)
      : topic_(std::move(topic)), loop_(loop), deliveries_(deliveries) {}
  /// Ends all subscriptions.
  ~Outlet() override;

  /// Appends `subscription`.
  void add(Subscription& subscription) noexcept;
  /// Ends `subscription`. With the last one, the outlet ends too.
  void remove(Subscription& subscription) noexcept;
  /// Makes `to`, a copy of `from`, take the place of `from`.
  void replace(Subscription& from, Subscription& to) noexcept;
  /// Whether this is the outlet of `loop`.
  [[nodiscard]] bool is_on(const loop::Loop& loop) const { return &loop == &loop_; }

 private:
  friend class TopicState;
  friend class Deliveries;

  void deliver() noexcept override;
  /// Delivers until `budget`, which counts deliveries, is used up. Returns whether something is
  /// left. When it returns false, the outlet is in no queue, and perhaps retired.
  [[nodiscard]] bool deliver_some(std::size_t& budget) noexcept;
  [[nodiscard]] bool begin_batch() noexcept;
  void deliver_batch() noexcept;
  void unlink(Subscription& subscription) noexcept;
  void retire() noexcept;

  const std::shared_ptr<TopicState> topic_;
  loop::Loop& loop_;
  Deliveries& deliveries_;
  Subscription* first_ = nullptr;
  Subscription* last_ = nullptr;
  Subscription* current_ = nullptr;  ///< gets the batch; null when that subscription has ended
  Subscription* next_ = nullptr;     ///< gets the batch next; null between two batches
  Backlog batch_;
  std::uint64_t lost_number_ = 0;  ///< subscriptions that began before this message end (Close)

  // Changed by TopicState, with its mutex held:
  Backlog pending_;
  std::uint64_t pending_lost_ = 0;  ///< the number of the last message that was dropped (Close)
  bool is_posted_ = false;
  bool is_listed_ = true;  ///< whether the topic knows this outlet; changed on the loop only
};

}  // namespace mastic::topics
