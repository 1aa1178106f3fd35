// Watchers of a queue, which learn that the queue may have an item to get. For select.h.

#pragma once

#include <utility>

namespace mastic::threads {

/// Is called at every put and at the shutdown of a queue that it watches. A watcher is a node of an
/// intrusive list, so adding it never allocates.
class QueueWatcher {
 public:
  /// Called on the thread that puts or shuts down, with the queue's lock held: the function has to
  /// be quick and must not touch another queue.
  virtual void may_get() noexcept = 0;

 protected:
  QueueWatcher() = default;
  virtual ~QueueWatcher() = default;

 private:
  friend class QueueWatchers;
  QueueWatcher* next_ = nullptr;
  QueueWatcher* previous_ = nullptr;
  bool is_watching_ = false;
};

/// The watchers of one queue, guarded by its lock.
///
/// All watchers are called, not just one: a watcher that is called may take an item from another of
/// its queues instead, and watchers that were not called would not learn of the item in this queue.
class QueueWatchers {
 public:
  void add(QueueWatcher& watcher) noexcept {
    watcher.is_watching_ = true;
    watcher.previous_ = nullptr;
    watcher.next_ = std::exchange(first_, &watcher);
    if (watcher.next_ != nullptr) watcher.next_->previous_ = &watcher;
  }
  /// Does nothing when `watcher` was not added.
  void remove(QueueWatcher& watcher) noexcept {
    if (!std::exchange(watcher.is_watching_, false)) return;
    (watcher.previous_ == nullptr ? first_ : watcher.previous_->next_) = watcher.next_;
    if (watcher.next_ != nullptr) watcher.next_->previous_ = watcher.previous_;
  }
  void tell_all() noexcept {
    for (QueueWatcher* at = first_; at != nullptr; at = at->next_) at->may_get();
  }

 private:
  QueueWatcher* first_ = nullptr;
};

}  // namespace mastic::threads
