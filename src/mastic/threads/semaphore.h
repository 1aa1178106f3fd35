// A number of permits that threads wait for.
//
//     threads::Semaphore connections(4);
//     const auto permit = connections.acquire();   // given back when it is destroyed
//
// Python's `threading.Semaphore` and `BoundedSemaphore`. In contrast to std::counting_semaphore it
// opens a BlockingScope while it waits, so that a loop or a pool goes on, and it has no undefined
// behaviour when it is released too often. For threads that may block; tasks have async::Semaphore,
// and what is lent together with the permit belongs into a threads::Pool.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

#include "mastic/base/units.h"

namespace mastic::threads {

/// Lets so many threads in at a time; which of those that wait comes next is not defined. All
/// members may be called from any thread. It outlives its permits.
class Semaphore {
 public:
  /// A place inside. One thread at a time may use it; another one than acquired it may give it
  /// back.
  class [[nodiscard]] Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(of_, other.of_);
      return *this;
    }
    /// Gives it back. A BoundedSemaphore that is full then was released too often by somebody else;
    /// that goes to the UncaughtHook.
    ~Permit();

    /// Whether there is one: it was not moved away, released or detached.
    explicit operator bool() const { return of_ != nullptr; }
    /// Gives it back now; throws as Semaphore::release does.
    void release() {
      if (of_ != nullptr) std::exchange(of_, nullptr)->release();
    }
    /// Keeps the permit for good: Semaphore::release gives it back, or nobody.
    void detach() noexcept { of_ = nullptr; }

   private:
    friend class Semaphore;
    explicit Permit(Semaphore& of) : of_(&of) {}
    Semaphore* of_ = nullptr;
  };

  /// Makes one with `permits` to begin with.
  explicit Semaphore(std::size_t permits)
      : Semaphore(permits, std::numeric_limits<std::size_t>::max()) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// Waits for a permit.
  Permit acquire();
  /// Waits for a permit at most for `longest`; returns nothing when there was none.
  [[nodiscard]] std::optional<Permit> acquire_for(base::Duration longest);
  /// Returns a permit if there is one; never waits.
  [[nodiscard]] std::optional<Permit> try_acquire();
  /// Adds permits: some that were detached, or new ones. Throws std::logic_error, and adds none,
  /// when there would be more than can be counted.
  void release(std::size_t count = 1);
  /// How many permits can be had at this moment.
  [[nodiscard]] std::size_t available() const;

 protected:
  Semaphore(std::size_t permits, std::size_t max_permits)
      : max_permits_(max_permits), available_(permits) {}

 private:
  /// Takes a permit; calls `wait` when there is none. Returns whether the caller has one.
  template <class Wait>
  bool take(Wait wait);

  const std::size_t max_permits_;
  mutable std::mutex mutex_;  ///< guards all members below
  std::condition_variable released_;
  std::size_t available_;
};

/// A Semaphore that never has more permits than at its beginning: releasing it more often than it
/// was acquired is a mistake, and throws std::logic_error.
class BoundedSemaphore : public Semaphore {
 public:
  /// Makes a semaphore with so many permits, and never more.
  explicit BoundedSemaphore(std::size_t permits) : Semaphore(permits, permits) {}
};

}  // namespace mastic::threads
