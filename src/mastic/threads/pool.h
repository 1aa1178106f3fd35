// A bounded pool of objects that are expensive to make, such as database connections.
//
//     Pool<Connection> pool({.make = [] { return Connection("shop.db"); }, .most = 8});
//     const auto connection = pool.take();  // waits for one when all are in use
//     connection->run("...");               // it is returned when `connection` is destroyed
//
// For code that may block. The pool has no thread of its own: objects that were idle for too long
// are destroyed when an object is next taken or returned, not by a clock.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "mastic/base/assert.h"
#include "mastic/base/kernel.h"
#include "mastic/base/units.h"
#include "mastic/threads/blocking_scope.h"

namespace mastic::threads {

/// Lends objects that are expensive to make. Any thread may use the pool; one thread at a time may
/// use a lease. The caller that has waited longest is served first. The pool calls `make`,
/// `is_good` and destructors without its lock, so these may be slow.
///
/// Invariants:
///
/// 1. There are `most` places. A caller has a place while it holds, checks or makes an object.
/// 2. An object is made only when none is idle, so there are never more than `most` objects.
/// 3. Callers wait only while all places are taken, so a newcomer never overtakes a waiter.
/// 4. Idle objects are kept in the order of their return, and the last one returned is used first.
///    So objects that are not needed stay idle, and expire.
template <class T>
class Pool {
 public:
  /// The settings of a pool.
  struct Options {
    /// Makes an object. Its exceptions go to the caller of `take`.
    std::function<T()> make;
    /// How many objects there may be at a time; at least 1.
    std::size_t most = 8;
    /// Whether an idle object may be used again; asked each time. Without this function, every idle
    /// object may.
    std::function<bool(T&)> is_good = {};
    /// How long an object may be idle before it is destroyed. By default there is no limit.
    std::optional<base::Duration> max_idle = {};
  };

  /// An object in use; works like a pointer. It must not outlive the pool.
  class Lease {
   public:
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease other) noexcept {
      std::swap(pool_, other.pool_);
      std::swap(thing_, other.thing_);
      return *this;
    }
    ~Lease() {
      if (thing_ != nullptr) pool_->give_back(std::move(thing_));
    }

    T& operator*() const { return *thing_; }
    T* operator->() const { return thing_.get(); }
    /// Destroys a broken object instead of returning it; a new object is made when needed.
    void discard() {
      if (thing_ == nullptr) return;
      thing_.reset();
      pool_->leave_place();
    }

   private:
    friend class Pool;
    Lease(Pool& pool, std::unique_ptr<T> thing) : pool_(&pool), thing_(std::move(thing)) {}

    Pool* pool_;
    std::unique_ptr<T> thing_;  ///< null once moved from or discarded
  };

  /// Makes an empty pool. `kernel` must outlive the pool. Requires: `options.make` is set, and
  /// `options.most` is at least 1.
  explicit Pool(Options options, base::Kernel& kernel = base::system_kernel())
      : options_(std::move(options)), kernel_(kernel) {
    MASTIC_ASSERT(options_.make != nullptr && options_.most > 0);
    idle_.reserve(options_.most);  // so that returning an object never allocates
  }
  /// Requires: there is no lease, and no caller waits.
  ~Pool() { MASTIC_ASSERT(lent_ == 0); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Returns an object; waits for one if all objects are in use.
  [[nodiscard]] Lease take() {
    take_place([](auto& lock, Waiter& waiter) {
      block(lock, [&] { waiter.called.wait(lock, [&] { return waiter.has_place; }); });
    });
    return fill_place();
  }
  /// Returns an object; waits for one at most for `longest`, and then returns nothing.
  [[nodiscard]] std::optional<Lease> take_for(base::Duration longest) {
    const base::Instant end = base::from_now(longest);
    const bool taken = take_place([&](auto& lock, Waiter& waiter) {
      block(lock, [&] { waiter.called.wait_until(lock, end, [&] { return waiter.has_place; }); });
    });
    return taken ? std::optional(fill_place()) : std::nullopt;
  }
  /// Returns an object, or nothing when all objects are in use; never waits for one.
  [[nodiscard]] std::optional<Lease> try_take() {
    const bool taken = take_place([](auto&, Waiter&) {});
    return taken ? std::optional(fill_place()) : std::nullopt;
  }

  /// Figures for monitoring. `made` counts from the beginning; the others are of this moment.
  struct Statistics {
    std::uint64_t made = 0;   ///< objects made since the pool began
    std::size_t idle = 0;     ///< objects that are not in use
    std::size_t lent = 0;     ///< objects in use or being made
    std::size_t waiting = 0;  ///< callers that wait for an object
  };
  /// The figures of this moment. Callable from any thread.
  [[nodiscard]] Statistics statistics() const {
    const std::lock_guard lock(mutex_);
    return {made_, idle_.size(), lent_, waiting_.size()};
  }

 private:
  struct Idle {
    std::unique_ptr<T> thing;
    base::Instant since;
  };
  struct Waiter {
    std::condition_variable called;
    bool has_place = false;
  };

  /// Takes a place; calls `wait` when none is free. Returns whether the caller has a place now.
  template <class Wait>
  bool take_place(Wait wait) {
    std::unique_lock lock(mutex_);
    if (lent_ < options_.most) {
      ++lent_;
      return true;
    }
    Waiter waiter;
    waiting_.push_back(&waiter);
    wait(lock, waiter);
    if (!waiter.has_place) std::erase(waiting_, &waiter);
    return waiter.has_place;
  }
  /// Waits in a BlockingScope, which is opened and closed without the lock.
  template <class Wait>
  static void block(std::unique_lock<std::mutex>& lock, Wait wait) {
    lock.unlock();
    {
      const BlockingScope blocking;
      lock.lock();
      wait();
      lock.unlock();
    }
    lock.lock();
  }
  /// Gives up the caller's place: the waiter that has waited longest gets it. Notifies under the
  /// lock, because the Waiter is on the stack of the waiting thread, and is destroyed as soon as
  /// that thread can run.
  void leave_place(const std::lock_guard<std::mutex>&) {
    if (waiting_.empty()) {
      --lent_;
      return;
    }
    waiting_.front()->has_place = true;
    waiting_.front()->called.notify_one();
    waiting_.pop_front();
  }
  void leave_place() {
    const std::lock_guard lock(mutex_);
    leave_place(lock);
  }

  Lease fill_place() {
    try {
      while (std::unique_ptr<T> thing = pop_idle()) {
        if (!options_.is_good || options_.is_good(*thing)) return Lease(*this, std::move(thing));
      }
      std::unique_ptr<T> thing(new T(options_.make()));  // T need not be movable
      const std::lock_guard lock(mutex_);
      ++made_;
      return Lease(*this, std::move(thing));
    } catch (...) {
      leave_place();
      throw;
    }
  }
  /// Takes an idle object and returns it, or returns null. Requires: the caller has a place.
  std::unique_ptr<T> pop_idle() {
    drop_expired();
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    std::unique_ptr<T> thing = std::move(idle_.back().thing);
    idle_.pop_back();
    return thing;
  }
  void give_back(std::unique_ptr<T> thing) noexcept {
    drop_expired();
    const std::lock_guard lock(mutex_);
    idle_.push_back({std::move(thing), kernel_.monotonic_now()});
    leave_place(lock);
  }
  void drop_expired() {
    while (std::unique_ptr<T> expired = pop_expired()) expired.reset();
  }
  std::unique_ptr<T> pop_expired() {
    if (!options_.max_idle) return nullptr;
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    if (kernel_.monotonic_now() - idle_.front().since <= *options_.max_idle) return nullptr;
    std::unique_ptr<T> thing = std::move(idle_.front().thing);
    idle_.erase(idle_.begin());
    return thing;
  }

  const Options options_;
  base::Kernel& kernel_;
  mutable std::mutex mutex_;
  std::vector<Idle> idle_;       ///< in the order of their return
  std::deque<Waiter*> waiting_;  ///< in the order in which they came
  std::size_t lent_ = 0;
  std::uint64_t made_ = 0;
};

}  // namespace mastic::threads
