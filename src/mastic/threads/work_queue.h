// The queue of work that waits in a pool.

#pragma once

#include <cstddef>

#include "mastic/async/blocking_executor.h"

namespace mastic::threads {

/// A first-in, first-out queue from which any element can be removed. Intrusive, so that queueing
/// never allocates; not synchronized.
class WorkQueue {
 public:
  WorkQueue() = default;
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The work that has waited longest, or null.
  [[nodiscard]] async::BlockingWork* first() const { return next(head_); }
  /// The work after `work`, or null.
  [[nodiscard]] async::BlockingWork* next(const async::BlockingWork& work) const {
    return work.next_work == &head_ ? nullptr : work.next_work;
  }
  [[nodiscard]] static bool is_queued(const async::BlockingWork& work) {
    return work.next_work != nullptr;
  }

  void push_back(async::BlockingWork& work) {
    work.next_work = &head_;
    work.previous_work = head_.previous_work;
    head_.previous_work->next_work = &work;
    head_.previous_work = &work;
    ++size_;
  }
  /// Requires: `work` is in this queue.
  void remove(async::BlockingWork& work) {
    work.previous_work->next_work = work.next_work;
    work.next_work->previous_work = work.previous_work;
    work.next_work = work.previous_work = nullptr;
    --size_;
  }
  /// Requires: the queue is not empty.
  async::BlockingWork& pop_front() {
    async::BlockingWork& work = *head_.next_work;
    remove(work);
    return work;
  }

 private:
  /// The element before the first and after the last; it makes insertion and removal free of
  /// special cases.
  struct Head final : async::BlockingWork {
    Head() { next_work = previous_work = this; }
    void run() noexcept override {}
  };

  Head head_;
  std::size_t size_ = 0;
};

}  // namespace mastic::threads
