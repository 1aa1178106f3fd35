#include "mastic/topics/topic_state.h"

#include <algorithm>
#include <utility>

#include "mastic/base/kernel.h"
#include "mastic/base/random.h"
#include "mastic/loop/loop_local.h"
#include "mastic/topics/deliveries.h"
#include "mastic/topics/outlet.h"

namespace mastic::topics {

TopicState::TopicState(const TopicOptions& options)
    : options_(options), epoch_(base::random_number(base::system_kernel())) {}

bool TopicState::has_history() const {
  const std::lock_guard lock(mutex_);
  return !history_.empty();
}

/// Everything that may throw comes first, so either all outlets get the message or none does.
std::size_t TopicState::publish(const std::shared_ptr<Published>& message) {
  const std::lock_guard lock(mutex_);
  for (Outlet* const outlet : outlets_) outlet->pending_.make_room();
  if (options_.history > 0) history_.make_room();
  message->id = {epoch_, ++last_number_};
  keep(message);
  for (Outlet* const outlet : outlets_) add_to(*outlet, message);
  return outlets_.size();
}

/// Adds `message`, for which there is room, to the history.
void TopicState::keep(const std::shared_ptr<const Published>& message) noexcept {
  if (options_.history == 0) return;
  history_.push_back(message);
  history_.trim(options_.history, options_.history_bytes, 0);
}

/// Adds `message`, for which there is room, to what waits in `outlet`. A loop that does not keep up
/// makes all of its subscribers slow readers.
void TopicState::add_to(Outlet& outlet, const std::shared_ptr<const Published>& message) noexcept {
  if (!outlet.pending_.add(message, options_)) {
    outlet.pending_lost_ = message->id.number;
    outlet.pending_.clear();
  }
  if (!std::exchange(outlet.is_posted_, true)) outlet.loop_.post(outlet);
}

bool TopicState::take_pending(Outlet& outlet) noexcept {
  outlet.batch_.clear();  // messages are freed without the lock
  const std::lock_guard lock(mutex_);
  const bool has_lost =
      std::exchange(outlet.lost_number_, outlet.pending_lost_) != outlet.pending_lost_;
  outlet.is_posted_ = has_lost || !outlet.pending_.empty();
  outlet.batch_.swap(outlet.pending_);
  return outlet.is_posted_;
}

bool TopicState::remove(Outlet& outlet) noexcept {
  const std::lock_guard lock(mutex_);
  if (std::exchange(outlet.is_listed_, false)) {
    std::erase(outlets_, &outlet);
    outlet_count_.store(outlets_.size(), std::memory_order_release);
  }
  return outlet.is_posted_;
}

// ---- the beginning of a subscription ----

TopicState::Start TopicState::join(const std::shared_ptr<TopicState>& topic, loop::Loop& loop,
                                   std::optional<MessageId> last) {
  auto& deliveries = loop::local_to<Deliveries>(loop);
  const std::lock_guard lock(topic->mutex_);
  Start start;
  start.after = {topic->epoch_, topic->last_number_};
  if (last) topic->collect_missed(start, *last);
  start.outlet = &outlet_on(topic, loop, deliveries);
  return start;
}

/// Returns the outlet of `loop`, which is made for its first subscription.
Outlet& TopicState::outlet_on(const std::shared_ptr<TopicState>& topic, loop::Loop& loop,
                              Deliveries& deliveries) {
  std::vector<Outlet*>& outlets = topic->outlets_;
  for (Outlet* const outlet : outlets) {
    if (outlet->is_on(loop)) return *outlet;
  }
  outlets.reserve(outlets.size() + 1);
  auto made = std::make_unique<Outlet>(topic, loop, deliveries);
  Outlet& outlet = *made;
  loop.keep(std::move(made));
  outlets.push_back(&outlet);
  topic->outlet_count_.store(outlets.size(), std::memory_order_release);
  return outlet;
}

void TopicState::collect_missed(Start& start, MessageId last) const {
  const auto kept = history_.messages();
  const std::uint64_t oldest = kept.empty() ? last_number_ + 1 : kept.front()->id.number;
  start.is_complete =
      last.epoch == epoch_ && last.number <= last_number_ && last.number + 1 >= oldest;
  if (!start.is_complete) return;
  for (const Backlog::Message& message : kept.subspan(last.number + 1 - oldest)) {
    start.missed.push_back(message);
  }
}

}  // namespace mastic::topics
