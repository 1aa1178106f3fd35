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
class Scope {
 public:
  /// In user code of the tree: a scope inside of `outer`.
  explicit Scope(Scope& outer);
  ~Scope() {
    MASTIC_ASSERT(started_.empty() && first_active_ == nullptr);
    if (noted_) forget_stop();
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  [[nodiscard]] Context& context() const { return context_; }
  /// Whether it, or one around it, was told to stop. In user code of the tree, or on the executor.
  [[nodiscard]] bool stop_requested() const noexcept {
    for (const Scope* at = this; at != nullptr; at = at->outer_) {
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
  explicit Scope(Context& context) : context_(context), outer_(nullptr) {}

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
  Scope* const outer_;
  std::atomic<bool> stopping_{false};

  // Of user code:
  bool noted_ = false;  ///< among the scopes that the context is to stop after this run
  Scope* next_noted_ = nullptr;

  // Of the executor:
  bool active_ = false;  ///< linked to `outer_`: it, or one inside, has operations started
  OperationQueue started_;
  Scope* first_active_ = nullptr;  ///< inside of this
  Scope* next_active_ = nullptr;   ///< beside this, inside of `outer_`
  Scope* previous_active_ = nullptr;
  Scope* next_to_stop_ = nullptr;
};

/// `Scope& scope = co_await CurrentScope();` gives the scope that the task runs in. Does not wait.
class CurrentScope {
 public:
  [[nodiscard]] static constexpr bool await_ready() noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiter) noexcept {
    scope_ = waiter.promise().scope;
    return false;
  }
  Scope& await_resume() const noexcept { return *scope_; }

 private:
  Scope* scope_ = nullptr;
};

}  // namespace mastic::async
