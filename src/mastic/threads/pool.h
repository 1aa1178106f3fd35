// A bounded pool of things that are costly to make: connections to a database and the like.
//
//     Pool<Connection> pool({.make = [] { return Connection("shop.db"); }, .most = 8});
//     const auto connection = pool.take();  // waits for one when all are lent
//     connection->run("...");               // and it goes back when `connection` dies
//
// For code that may block. It has no thread of its own: what was idle for too long is dropped when
// something is next taken or given back, not by the clock.

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

/// Used from any thread; a lease is used by one at a time. Who waits longest is served first. What
/// the pool calls (`make`, `is_good`, destructors) it calls without its lock, so these may be slow.
///
/// Invariants:
///  1. There are `most` places. Who holds a thing, checks it or makes it has one.
///  2. A thing is made only when none is idle. So never more than `most` exist.
///  3. Somebody waits only while all places are taken. So nobody overtakes who waits.
///  4. The idle ones stand in the order of their return; the last one is lent first.
template <class T>
class Pool {
 public:
  struct Options {
    /// Makes one more. What it throws goes to whoever takes.
    std::function<T()> make;
    std::size_t most = 8;
    /// Whether an idle one may be lent again; asked each time. Without it, all may.
    std::function<bool(T&)> is_good = {};
    /// One that was idle for longer is dropped.
    std::optional<base::Duration> max_idle = {};
  };

  /// Something lent, used like a pointer. Must not outlive the pool.
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
    /// Ends a broken one: it does not go back, and a new one takes its place when it is needed.
    void discard() {
      if (thing_ == nullptr) return;
      thing_.reset();
      pool_->leave_place();
    }

   private:
    friend class Pool;
    Lease(Pool& pool, std::unique_ptr<T> thing) : pool_(&pool), thing_(std::move(thing)) {}

    Pool* pool_;
    std::unique_ptr<T> thing_;  ///< none once moved from or discarded
  };

  /// Requires: `options.make`, and a `most` of at least 1. `kernel` must outlive the pool.
  explicit Pool(Options options, base::Kernel& kernel = base::system_kernel())
      : options_(std::move(options)), kernel_(kernel) {
    MASTIC_ASSERT(options_.make != nullptr && options_.most > 0);
    idle_.reserve(options_.most);  // so that giving back cannot fail
  }
  /// Requires: nothing is lent, and nobody waits.
  ~Pool() { MASTIC_ASSERT(lent_ == 0); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Waits until there is one.
  [[nodiscard]] Lease take() {
    take_place([](auto& lock, Waiter& waiter) {
      block(lock, [&] { waiter.called.wait(lock, [&] { return waiter.has_place; }); });
    });
    return fill_place();
  }
  /// Gives up after `longest`.
  [[nodiscard]] std::optional<Lease> take_for(base::Duration longest) {
    const base::Instant end = base::from_now(longest);
    const bool taken = take_place([&](auto& lock, Waiter& waiter) {
      block(lock, [&] { waiter.called.wait_until(lock, end, [&] { return waiter.has_place; }); });
    });
    return taken ? std::optional(fill_place()) : std::nullopt;
  }
  /// Does not wait.
  [[nodiscard]] std::optional<Lease> try_take() {
    const bool taken = take_place([](auto&, Waiter&) {});
    return taken ? std::optional(fill_place()) : std::nullopt;
  }

  struct Statistics {
    std::uint64_t made = 0;   ///< since the beginning
    std::size_t idle = 0;     ///< now, as all below
    std::size_t lent = 0;     ///< with those being made
    std::size_t waiting = 0;  ///< callers
  };
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

  /// Says whether the caller has a place now; `wait` is what it does when there is none at once.
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
  /// Waits; what the scope tells is told without the lock.
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
  /// Hands the caller's place on to whoever waits longest. (Notifies under the lock: the waiter is
  /// on the other's stack, and gone as soon as that can run.)
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
  /// Called by whoever has a place.
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
  std::vector<Idle> idle_;       ///< the one idle for longest first
  std::deque<Waiter*> waiting_;  ///< who waits longest first
  std::size_t lent_ = 0;
  std::uint64_t made_ = 0;
};

}  // namespace mastic::threads
