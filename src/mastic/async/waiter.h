// Waiting in line for something that tasks of several contexts share. The common part of Channel,
// Event, Semaphore and Condition, and of a select over them (select.h).
//
// Who waits is served first in, first out, and is given what it waits for by whoever has it: a
// task that is cancelled while it waits leaves the line, one that was served already keeps what it
// was given. So nothing is lost between the two.

#pragma once

#include <coroutine>
#include <mutex>
#include <source_location>
#include <span>

#include "mastic/async/context.h"

namespace mastic::async {

class LineOperation;
class Waiter;

/// Those who wait, in the order they came. Guarded by a mutex that several lines may share.
class WaitQueue {
 public:
  explicit WaitQueue(std::mutex& mutex) : mutex_(mutex) {}
  WaitQueue(const WaitQueue&) = delete;
  WaitQueue& operator=(const WaitQueue&) = delete;

  // With the mutex held:
  /// Takes a place at the end for `operation`.
  void push_back(Waiter& waiting, LineOperation& operation);
  /// Takes the first one off the line that may be served; null when there is none. The caller gives
  /// it what it waits for, and serves it. Others were served in another line meanwhile: they leave.
  [[nodiscard]] Waiter* claim_first() noexcept;
  void remove(Waiter& waiting) noexcept;

 private:
  friend class Waiter;
  std::mutex& mutex_;
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

/// Holds the mutexes of lines, and wakes those who were served once it has let go of them: what they
/// waited at may be no more by then.
class Waker {
 public:
  explicit Waker(std::mutex& mutex) : one_(&mutex), mutexes_(&one_, 1) { lock(); }
  /// Requires: each one is there once, and they stand in the order of their addresses.
  explicit Waker(std::span<std::mutex* const> mutexes) : mutexes_(mutexes) { lock(); }
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  /// It has what it waits for, or learns that it will not get it. Requires: it was claimed.
  void serve(Waiter& waiting) noexcept;

 private:
  void lock() {
    for (std::mutex* const mutex : mutexes_) mutex->lock();
  }

  std::mutex* one_ = nullptr;
  std::span<std::mutex* const> mutexes_;
  MessageQueue served_;  ///< those in progress, to be notified
};

/// An await that ends when somebody serves it. It stands in one line (Waiter) or in several (select).
///
/// 1. It is registered in user code, when it is awaited, and may be served from then on, by any
///    thread, with the mutex of one of its lines held.
/// 2. Served by a task of its own context in the same run, it never meets the executor.
/// 3. Served before the executor started it, it is completed by `start`; after that by a message.
/// 4. `served_` is written with the mutex of one of its lines held, `started_` with all of them: so
///    each side sees what the other did before it.
class LineOperation : public Operation, private Message {
 protected:
  LineOperation() = default;
  LineOperation(LineOperation&&) = default;
  ~LineOperation() override = default;

  /// Leaves the lines that it still stands in. True when it was not served; then it never will be.
  bool leave_lines() noexcept;

 private:
  friend class WaitQueue;
  friend class Waker;
  /// Those of its lines, each once, in the order of their addresses.
  [[nodiscard]] virtual std::span<std::mutex* const> mutexes() const noexcept = 0;
  /// With all of these held.
  virtual void take_off_lines() noexcept = 0;
  /// With the mutex of its line held: whether it may be served as `waiting`, which is off its line.
  [[nodiscard]] virtual bool claim(Waiter& waiting) noexcept = 0;

  void notify() noexcept;
  void start(Executor& executor) final;
  Cancel cancel() noexcept final;
  bool drop() noexcept final;
  void deliver() noexcept final { complete(); }

  bool served_ = false;   ///< claimed, and given what it waits for
  bool started_ = false;  ///< in progress on its executor: a message completes it
};

/// A place in a line, and the await of a task that stands in that line alone.
class Waiter : public LineOperation {
 public:
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiter,
                     std::source_location where = std::source_location::current()) {
    waiter.promise().awaited_at = where;
    return wait(*waiter.promise().scope, waiter);
  }

 protected:
  explicit Waiter(WaitQueue& line) : line_(&line), mutex_(&line.mutex_) {}
  Waiter(Waiter&&) = default;
  ~Waiter() override;

  /// With the mutex held, in user code: has what it wants now, or takes it; then it does not wait. It
  /// may serve others.
  [[nodiscard]] virtual bool take_now(Waker& waker) = 0;
  /// In user code: true when the task is to wait; false when it is stopped, or has what it wants.
  bool wait(CancelScope& scope, std::coroutine_handle<> waiter);

 private:
  friend class SelectOperation;
  friend class WaitQueue;
  friend class Waker;
  [[nodiscard]] std::span<std::mutex* const> mutexes() const noexcept final { return {&mutex_, 1}; }
  void take_off_lines() noexcept final {
    if (in_line_) line_->remove(*this);
  }
  [[nodiscard]] bool claim(Waiter&) noexcept final { return true; }

  WaitQueue* line_;
  std::mutex* mutex_;  ///< of `line_`
  Waiter* next_ = nullptr;
  Waiter* previous_ = nullptr;
  LineOperation* operation_ = nullptr;  ///< whose place it is: its own, or that of a select
  bool in_line_ = false;
};

}  // namespace mastic::async
