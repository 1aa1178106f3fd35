// What a task awaits of its executor.

#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <source_location>
#include <utility>

#include "mastic/base/assert.h"

namespace mastic::async {

class Context;
class Executor;
class CancelScope;

/// Thrown from an await when what it belongs to was told to stop. Let it pass, or clean up and
/// return. It is no std::exception: what handles errors and goes on is not to go on after it.
class Cancelled {};

/// Something a task awaits: a timer, bytes, room in a buffer.
///
/// The await only notes it, in user code; `start` happens on the executor, after that, and so do
/// `cancel` and `complete`. Derive from it, add `await_resume`, and call `finish_await` there.
class Operation {
 public:
  Operation() = default;
  /// Requires: `other` was not awaited yet.
  Operation(Operation&& other) noexcept {
    MASTIC_ASSERT(other.state_.load(std::memory_order_relaxed) == State::Idle);
  }
  Operation& operator=(Operation&&) = delete;

  [[nodiscard]] static constexpr bool await_ready() noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> waiter,
                     std::source_location where = std::source_location::current()) {
    waiter.promise().awaited_at = where;
    submit(*waiter.promise().scope, waiter);
  }

 protected:
  virtual ~Operation();

  /// On the executor: begins; may call `complete` at once.
  virtual void start(Executor& executor) = 0;
  enum class Cancel : std::uint8_t { GivenUp, Coming };
  /// On the executor, between `start` and `complete`: gives up, and will not call `complete`. Or it
  /// is too late for that, `complete` is coming, and the await will have its result.
  virtual Cancel cancel() noexcept = 0;
  /// On the executor, instead of `start`, when it was stopped before. False when it has its result
  /// all the same.
  virtual bool drop() noexcept { return true; }

  /// On the executor: it is done, and its task goes on soon.
  void complete() noexcept;
  /// In user code, instead of suspending: the await throws Cancelled.
  void refuse() noexcept { cancelled_ = true; }
  /// In await_resume: throws Cancelled when the operation was given up.
  void finish_await() const {
    if (cancelled_) throw Cancelled();
  }

  /// In user code: `waiter` awaits it.
  void submit(CancelScope& scope, std::coroutine_handle<> waiter);
  /// In user code: true when nothing resumes its waiter any more. Only a run that submitted it can
  /// take it back.
  [[nodiscard]] bool take_back() noexcept;
  /// In user code, when that is false: `waiter` is resumed in place of the one it was submitted for.
  void set_waiter(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
  /// From `submit` on.
  [[nodiscard]] Context& context() const;

 private:
  friend class Context;
  friend class OperationQueue;
  friend class CancelScope;
  enum class State : std::uint8_t { Idle, Submitted, Started, Ready };

  CancelScope* scope_ = nullptr;
  std::coroutine_handle<> waiter_;
  Operation* next_ = nullptr;  ///< in the queue it is in
  Operation* previous_ = nullptr;
  std::atomic<State> state_{State::Idle};  ///< whoever owns its queue changes it
  bool cancelled_ = false;
};

/// Operations in the order they came.
class OperationQueue {
 public:
  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  [[nodiscard]] Operation* first() const { return first_; }
  [[nodiscard]] static Operation* next(const Operation& operation) { return operation.next_; }

  void push_back(Operation& operation) {
    operation.next_ = nullptr;
    operation.previous_ = last_;
    (last_ == nullptr ? first_ : last_->next_) = &operation;
    last_ = &operation;
  }
  /// Requires: not empty.
  Operation& pop_front() {
    Operation& operation = *first_;
    remove(operation);
    return operation;
  }
  /// Requires: it is in this queue.
  void remove(const Operation& operation) {
    (operation.previous_ == nullptr ? first_ : operation.previous_->next_) = operation.next_;
    (operation.next_ == nullptr ? last_ : operation.next_->previous_) = operation.previous_;
  }
  [[nodiscard]] OperationQueue take() { return std::exchange(*this, OperationQueue()); }
  /// All of `others` come before these.
  void prepend(OperationQueue others) {
    if (others.empty()) return;
    others.last_->next_ = first_;
    (first_ == nullptr ? last_ : first_->previous_) = others.last_;
    first_ = others.first_;
  }

 private:
  Operation* first_ = nullptr;
  Operation* last_ = nullptr;
};

}  // namespace mastic::async
