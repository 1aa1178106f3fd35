// A subscriber that keeps what it gets, for tests.

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "mastic/topics/subscriber.h"

namespace mastic::topics {

class Reader final : public Subscriber {
 public:
  bool deliver(const std::shared_ptr<const Published>& message,
               const TopicOptions&) noexcept override {
    got.push_back(message->text);
    messages.push_back(message);
    if (then) then();
    return got.size() < most;
  }
  void fell_behind() noexcept override { ++times_behind; }

  std::vector<std::string> got;
  std::vector<std::shared_ptr<const Published>> messages;
  std::function<void()> then;   ///< called with each message
  std::size_t most = SIZE_MAX;  ///< how many messages are wanted
  int times_behind = 0;
};

}  // namespace mastic::topics
