// A number of permits that threads wait for.
//
//     threads::Semaphore connections(4);
//     const auto permit = connections.acquire();   // given back when it is destroyed
//
// Python's `threading.Semaphore` and `BoundedSemaphore`. Unlike a std::counting_semaphore, a
// Semaphore opens a BlockingScope while a thread waits, so that a loop or a pool continues without
// the thread, and releasing a Semaphore too often is not undefined behaviour. For threads that may
// block; tasks have async::Semaphore. If each permit stands for an object to use, use a
// threads::Pool instead.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

#include "mastic/base/units.h"

namespace mastic::threads {

/// Lets a limited number of threads in at a time. The order in which waiting threads get their
/// permits is not defined. All members may be called from any thread. The semaphore must outlive
/// its permits.
class Semaphore {
 public:
  /// One permit, which is released when this object is destroyed. One thread at a time may use the
  /// object; a thread other than the one that acquired the permit may release it.
  class [[nodiscard]] Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(of_, other.of_);
      return *this;
    }
    /// Releases the permit. If a BoundedSemaphore has all its permits already, other code has
    /// released it too often: the error goes to the UncaughtHook.
    ~Permit();

    /// Whether this object holds a permit: it was not moved from, released or detached.
    explicit operator bool() const { return of_ != nullptr; }
    /// Releases the permit now; throws as Semaphore::release does.
    void release() {
      if (of_ != nullptr) std::exchange(of_, nullptr)->release();
    }
    /// Gives the permit up without releasing it: the permit stays taken until Semaphore::release
    /// adds it back.
    void detach() noexcept { of_ = nullptr; }

   private:
    friend class Semaphore;
    explicit Permit(Semaphore& of) : of_(&of) {}
    Semaphore* of_ = nullptr;
  };

  /// Makes a semaphore that has `permits` permits at first.
  explicit Semaphore(std::size_t permits)
      : Semaphore(permits, std::numeric_limits<std::size_t>::max()) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// Waits for a permit.
  Permit acquire();
  /// Waits for a permit at most for `longest`; returns nothing when none was released in time.
  [[nodiscard]] std::optional<Permit> acquire_for(base::Duration longest);
  /// Returns a permit if there is one; never waits.
  [[nodiscard]] std::optional<Permit> try_acquire();
  /// Adds permits: some that were detached, or new ones. Throws std::logic_error, and adds none,
  /// when there would be more permits than can be counted, or than a BoundedSemaphore may have.
  void release(std::size_t count = 1);
  /// How many permits can be had at this moment.
  [[nodiscard]] std::size_t available() const;

 protected:
  Semaphore(std::size_t permits, std::size_t max_permits)
      : max_permits_(max_permits), available_(permits) {}

 private:
  /// Takes a permit; calls `wait` when there is none. Returns whether the caller has a permit now.
  template <class Wait>
  bool take(Wait wait);

  const std::size_t max_permits_;
  mutable std::mutex mutex_;  ///< guards all members below
  std::condition_variable released_;
  std::size_t available_;
};

/// A Semaphore that never has more permits than at its beginning: to release it more often than it
/// was acquired is a mistake, and throws std::logic_error.
class BoundedSemaphore : public Semaphore {
 public:
  /// Makes a semaphore with `permits` permits, and never more.
  explicit BoundedSemaphore(std::size_t permits) : Semaphore(permits, permits) {}
};

}  // namespace mastic::threads
