// What other threads have for a loop.

#pragma once

#include <mutex>

#include "mastic/async/job.h"

namespace mastic::loop {

/// A queue that any thread fills and the loop empties.
class Inbox {
 public:
  /// True when it was empty before: then the loop has to be woken.
  [[nodiscard]] bool put(async::Message& message) {
    const std::lock_guard lock(mutex_);
    const bool was_empty = messages_.empty();
    messages_.push_back(message);
    return was_empty;
  }
  [[nodiscard]] async::MessageQueue take_all() {
    const std::lock_guard lock(mutex_);
    return messages_.take();
  }

 private:
  std::mutex mutex_;
  async::MessageQueue messages_;
};

}  // namespace mastic::loop
