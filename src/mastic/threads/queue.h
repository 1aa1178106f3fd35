// Queues between threads: one thread puts items in, another takes them out.
//
//     threads::Queue<Job> jobs(100);                              // 100 wait at most
//     if (jobs.put(job) == threads::Put::ShutDown) return;        // waits for room
//     while (std::optional<Job> job = jobs.get()) run(*job);      // waits for jobs, ends at shutdown
//
// Python's `queue` in C++: bounds, waiting with and without a limit, task_done and join, shutdown.
// For threads that may block; tasks have async::Channel.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "mastic/base/stable_heap.h"
#include "mastic/base/units.h"
#include "mastic/threads/blocking_scope.h"
#include "mastic/threads/queue_watcher.h"

namespace mastic::threads {

/// The outcome of putting an item into a queue.
enum class Put : std::uint8_t {
  Done,      ///< the item is in the queue
  Full,      ///< there was no room
  ShutDown,  ///< the queue was shut down
};

/// What a shutdown does with the items in the queue.
enum class Shutdown : std::uint8_t {
  Graceful,   ///< the items can still be got
  Immediate,  ///< the items are dropped
};

/// A queue whose store decides which item comes next. Use Queue, LifoQueue or PriorityQueue.
///
/// All members may be called from any thread. A thread that learns that the queue is no longer
/// needed (from `join`, from an item, from a shutdown) may destroy it at once.
///
/// Invariants, under the mutex:
///
/// 1. The store has at most `max_size` items.
/// 2. A thread waits for an item only while the store is empty or a notification is on its way, and
///    for room only while the store is full or a notification is on its way.
/// 3. `unfinished_` counts the items that were put and not reported by task_done.
/// 4. A thread that has changed the queue touches nothing of it after releasing the mutex, because
///    another thread may destroy the queue right then. So the thread notifies before it releases
///    the mutex.
template <class T, class Store>
class BasicQueue {
 public:
  /// The type of the items.
  using Item = T;
  /// No limit to the number of items.
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

  /// Makes a queue for at most `max_size` items. Throws std::logic_error when `max_size` is 0.
  explicit BasicQueue(std::size_t max_size = kUnbounded) : max_size_(max_size) {
    if (max_size == 0) throw std::logic_error("a queue needs room for at least one item");
  }
  BasicQueue(const BasicQueue&) = delete;
  BasicQueue& operator=(const BasicQueue&) = delete;

  // Putting. `item` is moved from only when the result is Done.

  /// Puts an item; waits for room. Never returns Full.
  [[nodiscard]] Put put(T&& item) { return put_waiting(item, forever()); }
  [[nodiscard]] Put put(const T& item) { return put(T(item)); }
  /// Puts an item; waits for room at most for `longest`, and then returns Full.
  [[nodiscard]] Put put_for(T&& item, base::Duration longest) {
    return put_waiting(item, at_most(longest));
  }
  [[nodiscard]] Put put_for(const T& item, base::Duration longest) {
    return put_for(T(item), longest);
  }
  /// Puts an item if there is room; never waits.
  [[nodiscard]] Put try_put(T&& item) {
    return put_when(item, [](auto&, auto&, auto) {});
  }
  [[nodiscard]] Put try_put(const T& item) { return try_put(T(item)); }

  // Getting. After a graceful shutdown the remaining items can still be got.

  /// Gets an item; waits for one. Returns nothing when the queue was shut down and is empty.
  [[nodiscard]] std::optional<T> get() { return get_waiting(forever()); }
  /// Gets an item; waits for one at most for `longest`. When it returns nothing, `is_over` tells
  /// whether more may come.
  [[nodiscard]] std::optional<T> get_for(base::Duration longest) {
    return get_waiting(at_most(longest));
  }
  /// Gets an item if there is one; never waits.
  [[nodiscard]] std::optional<T> try_get() {
    return get_when([](auto&, auto&, auto) {});
  }

  // Waiting for the work to be done.

  /// Reports that an item that was got has been processed. Throws std::logic_error when `task_done`
  /// is called more often than items were put.
  void task_done() {
    const std::lock_guard lock(mutex_);
    if (unfinished_ == 0) {
      throw std::logic_error("task_done() was called more often than items were put");
    }
    if (--unfinished_ == 0) all_done_.notify_all();
  }
  /// Waits until every item that was put has been reported by task_done, or was dropped by an
  /// immediate shutdown.
  void join() { (void)join_waiting(forever()); }
  /// Waits like `join`, at most for `longest`. Returns whether no item is unfinished.
  [[nodiscard]] bool join_for(base::Duration longest) { return join_waiting(at_most(longest)); }

  /// Shuts the queue down. Nothing more can be put: threads that wait for room get ShutDown.
  /// Threads that wait for an item get nothing once the queue is empty. Immediate drops the items,
  /// as if each had been got and reported by task_done. A second call can turn a Graceful shutdown
  /// into an Immediate one.
  void shutdown(Shutdown how = Shutdown::Graceful) {
    Store dropped;  // destroyed after the lock is released: destructors of items may be slow
    const std::lock_guard lock(mutex_);
    is_shut_down_ = true;
    if (how == Shutdown::Immediate) {
      unfinished_ -= items_.size() < unfinished_ ? items_.size() : unfinished_;
      std::swap(dropped, items_);
    }
    has_item_.notify_all();
    has_room_.notify_all();
    all_done_.notify_all();
    watchers_.tell_all();
  }

  // For select (select.h).

  /// Calls `watcher` at every put and at the shutdown, until `unwatch`. Returns false, and does not
  /// add the watcher, when there is an item or the queue was shut down.
  [[nodiscard]] bool watch(QueueWatcher& watcher) noexcept {
    const std::lock_guard lock(mutex_);
    if (is_shut_down_ || !items_.empty()) return false;
    watchers_.add(watcher);
    return true;
  }
  /// Stops calling `watcher`. Does nothing when the watcher was not added.
  void unwatch(QueueWatcher& watcher) noexcept {
    const std::lock_guard lock(mutex_);
    watchers_.remove(watcher);
  }

  // Observers. Another thread may change the answer at once, except that `is_shut_down` and
  // `is_over` stay true once they are.

  /// How many items are in the queue.
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }
  /// Whether no item is in the queue.
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// How many items were put and not reported by task_done: items in the queue, and items that are
  /// being worked on.
  [[nodiscard]] std::size_t unfinished() const {
    const std::lock_guard lock(mutex_);
    return unfinished_;
  }
  /// Whether the queue has no room for another item.
  [[nodiscard]] bool is_full() const { return size() >= max_size_; }
  /// How many items the queue has room for.
  [[nodiscard]] std::size_t max_size() const { return max_size_; }
  /// Whether the queue was shut down.
  [[nodiscard]] bool is_shut_down() const {
    const std::lock_guard lock(mutex_);
    return is_shut_down_;
  }
  /// Whether the queue is shut down and empty, so that no more items will come.
  [[nodiscard]] bool is_over() const {
    const std::lock_guard lock(mutex_);
    return is_shut_down_ && items_.empty();
  }

 private:
  // The ways to wait, as functions that `put_when` and `get_when` call.
  static auto forever() {
    return [](auto& changed, auto& lock, auto ready) { changed.wait(lock, ready); };
  }
  static auto at_most(base::Duration longest) {
    return [end = base::from_now(longest)](auto& changed, auto& lock, auto ready) {
      changed.wait_until(lock, end, ready);
    };
  }
  /// Tries without a BlockingScope first: opening a scope tells the host that the thread blocks,
  /// which is costly, and usually there is room.
  template <class Wait>
  Put put_waiting(T& item, Wait wait) {
    const Put at_once = try_put(std::move(item));
    if (at_once != Put::Full) return at_once;
    const BlockingScope blocking;
    return put_when(item, wait);
  }
  template <class Wait>
  std::optional<T> get_waiting(Wait wait) {
    std::optional<T> at_once = try_get();
    if (at_once) return at_once;
    const BlockingScope blocking;
    return get_when(wait);
  }

  template <class Wait>
  bool join_waiting(Wait wait) {
    const BlockingScope blocking;
    std::unique_lock lock(mutex_);
    wait(all_done_, lock, [this] { return unfinished_ == 0; });
    return unfinished_ == 0;
  }

  /// Puts an item; calls `wait` when there is no room.
  template <class Wait>
  Put put_when(T& item, Wait wait) {
    const auto ready = [this] { return is_shut_down_ || items_.size() < max_size_; };
    std::unique_lock lock(mutex_);
    if (!ready()) {
      ++waiting_to_put_;
      wait(has_room_, lock, ready);
      --waiting_to_put_;
    }
    if (is_shut_down_) return Put::ShutDown;
    if (items_.size() >= max_size_) return Put::Full;
    items_.push(std::move(item));
    ++unfinished_;
    if (waiting_to_get_ > 0) has_item_.notify_one();
    watchers_.tell_all();
    return Put::Done;
  }

  template <class Wait>
  std::optional<T> get_when(Wait wait) {
    const auto ready = [this] { return is_shut_down_ || !items_.empty(); };
    std::optional<T> item;
    std::unique_lock lock(mutex_);
    if (!ready()) {
      ++waiting_to_get_;
      wait(has_item_, lock, ready);
      --waiting_to_get_;
    }
    if (items_.empty()) return item;
    item.emplace(items_.pop());
    if (waiting_to_put_ > 0) has_room_.notify_one();
    return item;
  }

  const std::size_t max_size_;
  mutable std::mutex mutex_;  ///< guards all members below
  std::condition_variable has_item_;
  std::condition_variable has_room_;
  std::condition_variable all_done_;
  Store items_;
  QueueWatchers watchers_;
  std::size_t unfinished_ = 0;
  std::size_t waiting_to_get_ = 0;
  std::size_t waiting_to_put_ = 0;
  bool is_shut_down_ = false;
};

namespace detail {

template <class T>
class FifoStore {
 public:
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  void push(T&& item) { items_.push_back(std::move(item)); }
  T pop() {
    T item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

 private:
  std::deque<T> items_;
};

template <class T>
class LifoStore {
 public:
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  void push(T&& item) { items_.push_back(std::move(item)); }
  T pop() {
    T item(std::move(items_.back()));
    items_.pop_back();
    return item;
  }

 private:
  std::vector<T> items_;
};

}  // namespace detail

/// First in, first out.
template <class T>
using Queue = BasicQueue<T, detail::FifoStore<T>>;

/// Last in, first out.
template <class T>
using LifoQueue = BasicQueue<T, detail::LifoStore<T>>;

/// The smallest item comes first, as in Python; among equal items, the item that was put first.
template <class T, class Before = std::less<T>>
using PriorityQueue = BasicQueue<T, base::StableHeap<T, Before>>;

}  // namespace mastic::threads
