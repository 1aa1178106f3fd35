#include "mastic/topics/topics.h"

#include <algorithm>
#include <stdexcept>

#include "mastic/topics/topic_state.h"

namespace mastic::topics {
namespace {

constexpr std::size_t kMaxNameBytes = 256;

/// Whether the table has the only copy. Other copies are made of a copy, or from the table with its
/// mutex held, so a topic that is unused stays so.
bool is_unused(const Topic& topic) { return topic.state().use_count() == 1; }

}  // namespace

Topic Topics::at(std::string_view name) {
  if (name.size() > kMaxNameBytes) {
    throw std::invalid_argument("the name of a topic has " + std::to_string(name.size()) +
                                " bytes; at most " + std::to_string(kMaxNameBytes) +
                                " are allowed");
  }
  const std::lock_guard lock(mutex_);
  if (const auto found = topics_.find(name); found != topics_.end()) return found->second;
  make_room();
  return topics_.emplace(name, options_).first->second;
}

std::optional<Topic> Topics::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = topics_.find(name);
  if (found == topics_.end()) return std::nullopt;
  return found->second;
}

std::size_t Topics::size() const {
  const std::lock_guard lock(mutex_);
  return topics_.size();
}

/// Looks at all topics only when their number has doubled, so a topic costs a constant time on
/// average.
void Topics::make_room() {
  if (topics_.size() >= std::min(sweep_at_, max_topics_)) {
    std::erase_if(topics_, [](const auto& each) {
      return is_unused(each.second) && !each.second.state()->has_history();
    });
    sweep_at_ = std::max<std::size_t>(64, 2 * topics_.size());
  }
  if (topics_.size() < max_topics_) return;
  std::erase_if(topics_, [](const auto& each) { return is_unused(each.second); });
  if (topics_.size() < max_topics_) return;
  throw std::length_error("there are " + std::to_string(max_topics_) +
                          " topics, all in use; allow more when the Topics are made, or check the "
                          "names that clients may choose");
}

}  // namespace mastic::topics
