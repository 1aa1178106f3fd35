// What all copies of a topic share: its count of messages, its history, and where it has
// subscribers.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "mastic/loop/loop.h"
#include "mastic/topics/backlog.h"
#include "mastic/topics/topic.h"

namespace mastic::topics {

class Deliveries;
class Outlet;

/// The state of a topic. It has an Outlet for each loop on which the topic has subscribers.
///
/// 1. One mutex gives messages their order, and guards the list of outlets and what waits in them.
///    It is held for a few instructions for each loop, never while a message is delivered.
/// 2. The loop of an outlet in the list exists, because an outlet leaves the list before its loop
///    ends. So messages are posted to loops while the mutex is held.
/// 3. Outlets keep this state alive. Loops keep the outlets alive.
class TopicState {
 public:
  explicit TopicState(const TopicOptions& options);

  [[nodiscard]] const TopicOptions& options() const { return options_; }
  /// Whether a message would be dropped, because there are neither subscribers nor a history.
  [[nodiscard]] bool is_unheard() const {
    return options_.history == 0 && outlet_count_.load(std::memory_order_acquire) == 0;
  }
  /// Whether messages are kept for subscribers that come back.
  [[nodiscard]] bool has_history() const;
  /// Gives `message` its id and passes it on. Returns on how many loops there are subscribers.
  std::size_t publish(const std::shared_ptr<Published>& message);
  /// The number of subscriptions. Called from any thread, like all of the above.
  [[nodiscard]] std::size_t subscribers() const {
    return subscribers_.load(std::memory_order_relaxed);
  }

  // For subscriptions and outlets, on their loop.

  /// Where a subscription begins.
  struct Start {
    Outlet* outlet = nullptr;
    MessageId after;          ///< the last message before the subscription
    Backlog missed;           ///< what the history has between `last` and `after`
    bool is_complete = true;  ///< nothing is missing between `last` and `after`
  };
  /// Returns where a subscription on `loop` to `topic` begins, for a subscriber that has got the
  /// message `last`. Throws std::bad_alloc.
  [[nodiscard]] static Start join(const std::shared_ptr<TopicState>& topic, loop::Loop& loop,
                                  std::optional<MessageId> last);
  /// Moves the messages that wait in `outlet` to its batch. Returns false when there are none; then
  /// `outlet` is not posted any more.
  [[nodiscard]] bool take_pending(Outlet& outlet) noexcept;
  /// Takes `outlet` out of the list. Returns whether it is posted.
  bool remove(Outlet& outlet) noexcept;
  void count_subscriber() noexcept { subscribers_.fetch_add(1, std::memory_order_relaxed); }
  void discount_subscriber() noexcept { subscribers_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  [[nodiscard]] static Outlet& outlet_on(const std::shared_ptr<TopicState>& topic, loop::Loop& loop,
                                         Deliveries& deliveries);
  void collect_missed(Start& start, MessageId last) const;
  void keep(const std::shared_ptr<const Published>& message) noexcept;
  void add_to(Outlet& outlet, const std::shared_ptr<const Published>& message) noexcept;

  const TopicOptions options_;
  const std::uint64_t epoch_;
  std::atomic<std::size_t> outlet_count_{0};  ///< the size of `outlets_`
  std::atomic<std::size_t> subscribers_{0};
  mutable std::mutex mutex_;  ///< guards the following members
  std::uint64_t last_number_ = 0;
  Backlog history_;
  std::vector<Outlet*> outlets_;
};

}  // namespace mastic::topics
