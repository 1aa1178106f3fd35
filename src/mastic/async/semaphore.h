// A number of permits that tasks wait for.

#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

#include "mastic/async/waiter.h"

namespace mastic::async {

/// Lets so many tasks in at a time, of whatever contexts, first come first. From any thread.
///
///     const auto permit = co_await connections.acquire();
///
/// It outlives its permits and those who wait for them.
class Semaphore {
 public:
  /// A place inside: given back when it is destroyed, by whichever thread.
  class [[nodiscard]] Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(of_, other.of_);
      return *this;
    }
    ~Permit() { release(); }

    /// Whether there is one: it was not moved away and not released.
    explicit operator bool() const { return of_ != nullptr; }
    /// Gives it back now.
    void release() noexcept {
      if (of_ != nullptr) std::exchange(of_, nullptr)->release();
    }
    /// Keeps the permit for good: Semaphore::release gives it back, or nobody.
    void detach() noexcept { of_ = nullptr; }

   private:
    friend class Semaphore;
    friend class Condition;
    explicit Permit(Semaphore& of) : of_(&of) {}
    Semaphore* of_ = nullptr;
  };

  /// What `acquire` gives to await: a Permit.
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

  /// Makes a semaphore with so many permits.
  explicit Semaphore(std::size_t permits) : permits_(permits) {}

  /// Waits for a permit. Throws Cancelled; then it holds none.
  [[nodiscard]] Acquire acquire() { return Acquire(*this); }
  /// A permit, when there is one and nobody waits for it.
  [[nodiscard]] std::optional<Permit> try_acquire();
  /// Adds a permit: one that was detached, or a new one.
  void release() noexcept;
  /// How many can be had at this moment.
  [[nodiscard]] std::size_t available() const;

 private:
  bool take_one();

  mutable std::mutex mutex_;
  WaitQueue line_{mutex_};
  std::size_t permits_;  ///< none while somebody waits
};

}  // namespace mastic::async
