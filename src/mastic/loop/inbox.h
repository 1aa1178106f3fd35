// What other threads have for a loop.

#pragma once

#include <mutex>

#include "mastic/async/job.h"

namespace mastic::loop {

/// A queue that any thread fills and the loop empties.
class Inbox {
 public:
  /// When it was empty before, the loop has to be woken: then it calls `wake()`. With its lock held,
  /// for once the message can be taken the loop may be no more.
  template <class Wake>
  void put(async::Message& message, Wake wake) {
    const std::lock_guard lock(mutex_);
    const bool was_empty = messages_.empty();
    messages_.push_back(message);
    if (was_empty) wake();
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
