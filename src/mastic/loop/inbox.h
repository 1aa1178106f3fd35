// Messages that other threads have posted to a loop.

#pragma once

#include <mutex>

#include "mastic/async/job.h"

namespace mastic::loop {

/// A queue that any thread fills and the loop empties.
class Inbox {
 public:
  /// Adds `message`, and calls `wake()` if the queue was empty before, so that the loop is woken.
  /// The lock is held during `wake`, so that the loop cannot take the message, end, and be
  /// destroyed before `wake` has returned.
  template <class Wake>
  void put(async::Message& message, Wake wake) {
    const std::lock_guard lock(mutex_);
    const bool was_empty = messages_.empty();
    messages_.push_back(message);
    if (was_empty) wake();
  }
  /// Removes all messages and returns them in the order in which they were put. Called by the loop.
  [[nodiscard]] async::MessageQueue take_all() {
    const std::lock_guard lock(mutex_);
    return messages_.take();
  }

 private:
  std::mutex mutex_;
  async::MessageQueue messages_;
};

}  // namespace mastic::loop
