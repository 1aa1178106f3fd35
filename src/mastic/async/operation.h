// What a task can await: an operation that its executor starts and completes.

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

/// Thrown from an await when the task's scope was told to stop. Let it propagate, or clean up and
/// return. It does not derive from std::exception, so that a handler which catches errors and
/// continues does not continue after a cancellation.
class Cancelled {};

/// Something that a task awaits: a timer, bytes, space in a buffer.
///
/// The await itself runs in user code and only takes a note. The executor calls `start` afterwards;
/// `cancel` and `complete` also run on the executor. To write an operation, derive from this class
/// and add an `await_resume` that calls `finish_await`.
///
/// The states of an operation and the transitions between them:
///
///     Idle ──submit──► Submitted ──start──► Started ──complete, cancel──► Ready ──resumed──► Idle
///                        └─ its scope was stopped, or served in its run ───► Ready
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

  /// Begins the operation. Called on the executor; may call `complete` at once.
  virtual void start(Executor& executor) = 0;
  enum class Cancel : std::uint8_t { GivenUp, Coming };
  /// Gives the operation up. Called on the executor, between `start` and `complete`. `GivenUp`
  /// means that the operation will not call `complete` and the await throws Cancelled. `Coming`
  /// means that it is too late to give up: `complete` will be called and the await gets its result.
  virtual Cancel cancel() noexcept = 0;
  /// Called on the executor instead of `start` if the scope has been stopped meanwhile. Returns
  /// false if the operation has its result already; then the await gives that result instead of
  /// throwing Cancelled.
  virtual bool drop() noexcept { return true; }

  /// Marks the operation as done; its task resumes soon. Called on the executor.
  void complete() noexcept;
  /// Makes the await throw Cancelled. Called in user code, instead of suspending.
  void refuse() noexcept { cancelled_ = true; }
  /// Throws Cancelled if the operation was given up. To be called in await_resume.
  void finish_await() const {
    if (cancelled_) throw Cancelled();
  }

  /// Notes that `waiter`, which runs in `scope`, awaits this operation. Called in user code.
  void submit(CancelScope& scope, std::coroutine_handle<> waiter);
  /// Withdraws the operation if the executor has not started it. Returns true if nothing will
  /// resume the waiter any more, and false if the operation is in progress or has completed. Called
  /// in user code; only the run that submitted an operation can take it back.
  [[nodiscard]] bool take_back() noexcept;
  /// Makes the operation resume `waiter` instead of the coroutine for which it was submitted.
  /// Called in user code, after `take_back` has returned false.
  void set_waiter(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
  /// The context of the task that awaits this operation. Requires: `submit` was called.
  [[nodiscard]] Context& context() const;

 private:
  friend class Context;
  friend class OperationQueue;
  friend class CancelScope;
  enum class State : std::uint8_t { Idle, Submitted, Started, Ready };

  CancelScope* scope_ = nullptr;
  std::coroutine_handle<> waiter_;
  Operation* next_ = nullptr;  ///< the next operation in the current queue
  Operation* previous_ = nullptr;
  std::atomic<State> state_{State::Idle};  ///< changed only by the owner of its current queue
  bool cancelled_ = false;
};

/// A queue of operations, first in, first out.
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
  /// Removes the first operation and returns it. Requires: the queue is not empty.
  Operation& pop_front() {
    Operation& operation = *first_;
    remove(operation);
    return operation;
  }
  /// Requires: `operation` is in this queue.
  void remove(const Operation& operation) {
    (operation.previous_ == nullptr ? first_ : operation.previous_->next_) = operation.next_;
    (operation.next_ == nullptr ? last_ : operation.next_->previous_) = operation.previous_;
  }
  [[nodiscard]] OperationQueue take() { return std::exchange(*this, OperationQueue()); }
  /// Inserts all operations of `others` in front of those in this queue.
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
