// A part of a tree of tasks that can be cancelled by itself.

#pragma once

#include <atomic>
#include <coroutine>

#include "mastic/async/operation.h"

namespace mastic::async {

/// The scope in which a group of tasks, or a task with a time limit, runs. Scopes nest; the
/// outermost scope is the context's. Applications usually get one through TaskGroup, when_any or
/// with_timeout.
///
/// 1. After a stop, every await in the scope and in the scopes nested in it throws Cancelled,
///    including the awaits in progress. The scopes around it are not affected.
/// 2. Operations in progress are linked to their scope, and a scope with operations in progress, in
///    itself or in a nested scope, is linked to the scope around it. So the cost of a stop is
///    proportional to what the stop cancels. These links belong to the executor.
/// 3. A scope outlives the tasks that run in it.
class CancelScope {
 public:
  /// Makes a scope nested in `outer`. Called in user code of the tree.
  explicit CancelScope(CancelScope& outer);
  ~CancelScope() {
    MASTIC_ASSERT(started_.empty() && first_active_ == nullptr);
    if (noted_) forget_stop();
  }
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

  [[nodiscard]] Context& context() const { return context_; }
  /// Whether this scope, or one around it, was told to stop. Called in user code of the tree or on
  /// the executor.
  [[nodiscard]] bool stop_requested() const noexcept {
    for (const CancelScope* at = this; at != nullptr; at = at->outer_) {
      if (at->stopping_.load(std::memory_order_acquire)) return true;
    }
    return false;
  }
  /// Stops the scope. Later awaits throw at once; awaits in progress throw once the executor has
  /// processed the stop, after this run. Called in user code of the tree.
  void request_stop() noexcept;
  /// Cancels all operations in progress in this scope and the scopes nested in it. Their tasks
  /// learn of the stop when they next run. Called on the executor.
  void stop() noexcept;

 private:
  friend class Context;
  friend class Operation;
  /// Makes the outermost scope.
  explicit CancelScope(Context& context) : context_(context), outer_(nullptr) {}

  void add_started(Operation& operation) {
    started_.push_back(operation);
    if (!active_) activate();
  }
  void remove_started(Operation& operation) {
    started_.remove(operation);
    if (started_.empty()) deactivate();
  }
  void forget_stop() noexcept;
  void activate() noexcept;
  void deactivate() noexcept;
  void cancel_started() noexcept;

  Context& context_;
  CancelScope* const outer_;
  std::atomic<bool> stopping_{false};

  // These members belong to user code:
  bool noted_ = false;  ///< in the context's list of scopes to stop after this run
  CancelScope* next_noted_ = nullptr;

  // These members belong to the executor:
  bool active_ = false;  ///< linked to `outer_`: this or a nested scope has started operations
  OperationQueue started_;
  CancelScope* first_active_ = nullptr;  ///< the first active scope nested in this one
  CancelScope* next_active_ = nullptr;   ///< the next active scope nested in `outer_`
  CancelScope* previous_active_ = nullptr;
  CancelScope* next_to_stop_ = nullptr;
};

/// An await that gives the scope in which the task runs, and never waits.
///
///     CancelScope& scope = co_await CurrentCancelScope();
class CurrentCancelScope {
 public:
  [[nodiscard]] static constexpr bool await_ready() noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiter) noexcept {
    scope_ = waiter.promise().scope;
    return false;
  }
  CancelScope& await_resume() const noexcept { return *scope_; }

 private:
  CancelScope* scope_ = nullptr;
};

}  // namespace mastic::async
