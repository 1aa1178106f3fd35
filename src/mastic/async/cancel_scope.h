// A part of a tree of tasks that can be stopped by itself.

#pragma once

#include <atomic>
#include <coroutine>

#include "mastic/async/operation.h"

namespace mastic::async {

/// What a group of tasks, or a task with a time limit, runs in. Scopes nest; the outermost one is
/// the context's. Usually had through TaskGroup, when_any or with_timeout.
///
/// 1. After a stop, every await in it and in the scopes inside of it throws Cancelled, those in
///    progress too. Scopes around it notice nothing.
/// 2. What is in progress is linked to its scope, and scopes that have any to the one around them.
///    So a stop costs what it stops. All of that belongs to the executor.
/// 3. A scope outlives the tasks that run in it.
class CancelScope {
 public:
  /// In user code of the tree: a scope inside of `outer`.
  explicit CancelScope(CancelScope& outer);
  ~CancelScope() {
    MASTIC_ASSERT(started_.empty() && first_active_ == nullptr);
    if (noted_) forget_stop();
  }
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

  [[nodiscard]] Context& context() const { return context_; }
  /// Whether it, or one around it, was told to stop. In user code of the tree, or on the executor.
  [[nodiscard]] bool stop_requested() const noexcept {
    for (const CancelScope* at = this; at != nullptr; at = at->outer_) {
      if (at->stopping_.load(std::memory_order_acquire)) return true;
    }
    return false;
  }
  /// In user code of the tree: later awaits throw at once, those in progress when the executor has
  /// heard of it, after this run.
  void request_stop() noexcept;
  /// On the executor: gives up what is awaited. Tasks learn of it when they next run.
  void stop() noexcept;

 private:
  friend class Context;
  friend class Operation;
  /// The outermost scope.
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

  // Of user code:
  bool noted_ = false;  ///< among the scopes that the context is to stop after this run
  CancelScope* next_noted_ = nullptr;

  // Of the executor:
  bool active_ = false;  ///< linked to `outer_`: it, or one inside, has operations started
  OperationQueue started_;
  CancelScope* first_active_ = nullptr;  ///< inside of this
  CancelScope* next_active_ = nullptr;   ///< beside this, inside of `outer_`
  CancelScope* previous_active_ = nullptr;
  CancelScope* next_to_stop_ = nullptr;
};

/// `CancelScope& scope = co_await CurrentCancelScope();` gives the scope that the task runs in. Does not wait.
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
