// A semaphore: a number of permits that tasks wait for.

#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

#include "mastic/async/waiter.h"

namespace mastic::async {

/// Limits how many tasks do something at the same time. The tasks may belong to different contexts,
/// and get their permits in the order in which they asked for them. Any thread may use a semaphore.
///
///     const auto permit = co_await connections.acquire();
///
/// A semaphore must outlive its permits and the tasks that wait for them.
class Semaphore {
 public:
  /// A permit. The destructor gives it back; any thread may destroy it.
  class [[nodiscard]] Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(of_, other.of_);
      return *this;
    }
    ~Permit() { release(); }

    /// Whether this object holds a permit: it was acquired, and neither moved from nor released.
    explicit operator bool() const { return of_ != nullptr; }
    /// Gives the permit back now.
    void release() noexcept {
      if (of_ != nullptr) std::exchange(of_, nullptr)->release();
    }
    /// Lets go of the permit without giving it back. The caller may give it back later with
    /// Semaphore::release.
    void detach() noexcept { of_ = nullptr; }

   private:
    friend class Semaphore;
    friend class Condition;
    explicit Permit(Semaphore& of) : of_(&of) {}
    Semaphore* of_ = nullptr;
  };

  /// The await that `acquire` returns. It gives a Permit.
  class [[nodiscard]] Acquire final : public Waiter {
   public:
    Permit await_resume() const {
      finish_await();
      return Permit(*of_);
    }

   private:
    friend class Semaphore;
    explicit Acquire(Semaphore& of) : Waiter(of.line_), of_(&of) {}
    [[nodiscard]] bool take_now(Waker&) override { return of_->take_one(); }
    Semaphore* of_;
  };

  /// Makes a semaphore with `permits` permits.
  explicit Semaphore(std::size_t permits) : permits_(permits) {}

  /// Waits for a permit. If the await throws Cancelled, no permit was taken.
  [[nodiscard]] Acquire acquire() { return Acquire(*this); }
  /// Takes a permit without waiting, or returns std::nullopt if no permit is available.
  [[nodiscard]] std::optional<Permit> try_acquire();
  /// Adds a permit: either one that was detached, or an additional one.
  void release() noexcept;
  /// How many permits are available at this moment.
  [[nodiscard]] std::size_t available() const;

 private:
  bool take_one();

  mutable std::mutex mutex_;
  WaitQueue line_{mutex_};
  std::size_t permits_;  ///< 0 while a task waits
};

}  // namespace mastic::async
