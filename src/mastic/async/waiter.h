// Queues of tasks that wait for something that several contexts share. These queues are the common
// part of Channel, Event, Semaphore and Condition, and of a select over them (select.h).
//
// Waiters are served first in, first out, and the thread that serves a waiter hands it directly
// what it waits for. A task that is cancelled while it waits leaves the queue; a task that was
// already served keeps what it was given. So a value that is handed over is never lost to a
// cancellation.

#pragma once

#include <coroutine>
#include <mutex>
#include <source_location>
#include <span>

#include "mastic/async/context.h"

namespace mastic::async {

class LineOperation;
class Waiter;

/// A queue of waiters, in the order they came. It is guarded by a mutex that several queues may
/// share.
class WaitQueue {
 public:
  explicit WaitQueue(std::mutex& mutex) : mutex_(mutex) {}
  WaitQueue(const WaitQueue&) = delete;
  WaitQueue& operator=(const WaitQueue&) = delete;

  // These three are called with the mutex held.
  /// Appends `waiting`, which becomes a place of `operation` in this queue.
  void push_back(Waiter& waiting, LineOperation& operation);
  /// Removes the first waiter that can still be served and returns it, or returns null if there is
  /// no such waiter. The caller gives the waiter what it waits for and passes it to Waker::serve.
  /// Waiters in front of that one, whose selects were served in other queues, are removed too.
  [[nodiscard]] Waiter* claim_first() noexcept;
  /// Removes `waiting`. Requires: `waiting` is in this queue.
  void remove(Waiter& waiting) noexcept;

 private:
  friend class Waiter;
  std::mutex& mutex_;
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

/// Holds the mutexes of one or more queues. Its destructor unlocks the mutexes and then notifies
/// the waiters that were served. The queues may be destroyed as soon as the mutexes are unlocked.
class Waker {
 public:
  explicit Waker(std::mutex& mutex) : one_(&mutex), mutexes_(&one_, 1) { lock(); }
  /// Requires: each mutex occurs once, and they are sorted by address.
  explicit Waker(std::span<std::mutex* const> mutexes) : mutexes_(mutexes) { lock(); }
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  /// Ends the wait of `waiting`. The waiter has been given what it waits for, or will learn that it
  /// does not get it. Requires: `waiting` was claimed.
  void serve(Waiter& waiting) noexcept;

 private:
  void lock() {
    for (std::mutex* const mutex : mutexes_) mutex->lock();
  }

  std::mutex* one_ = nullptr;
  std::span<std::mutex* const> mutexes_;
  MessageQueue served_;  ///< operations in progress that are to be notified
};

/// An await that ends when another thread or task serves it. It waits in one queue (Waiter) or in
/// several (select).
///
/// 1. It enters its queues in user code, when it is awaited. From then on any thread that holds the
///    mutex of one of its queues may serve it.
/// 2. If a task of the same context serves the await in the same run, the executor never sees it.
/// 3. If it is served before the executor has started it, `start` completes it. If it is served
///    later, a message completes it.
/// 4. `served_` is written with the mutex of one of its queues held, `started_` with all of them.
///    So whichever of the two is written second, its writer sees the first.
class LineOperation : public Operation, private Message {
 protected:
  LineOperation() = default;
  LineOperation(LineOperation&&) = default;
  ~LineOperation() override = default;

  /// Leaves all queues that the operation is still in. Returns true if the operation was not
  /// served; then it never will be.
  bool leave_lines() noexcept;

 private:
  friend class WaitQueue;
  friend class Waker;
  /// The mutexes of the operation's queues, each once, sorted by address.
  [[nodiscard]] virtual std::span<std::mutex* const> mutexes() const noexcept = 0;
  /// Removes the operation from all of its queues. Called with all mutexes held.
  virtual void take_off_lines() noexcept = 0;
  /// Claims the operation for `waiting`, its place in a queue from which it was just removed.
  /// Returns false if the operation was claimed in another queue before. Called with the mutex of
  /// that queue held.
  [[nodiscard]] virtual bool claim(Waiter& waiting) noexcept = 0;

  void notify() noexcept;
  void start(Executor& executor) final;
  Cancel cancel() noexcept final;
  bool drop() noexcept final;
  void deliver() noexcept final { complete(); }

  bool served_ = false;   ///< the operation was claimed and given what it waits for
  bool started_ = false;  ///< in progress on its executor: a message completes it
};

/// A place in a queue. It is also the await of a task that waits in that queue alone.
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

  /// Takes what the task waits for, if it is available. Returns true if the task need not wait. May
  /// serve other waiters through `waker`. Called in user code, with the mutex held.
  [[nodiscard]] virtual bool take_now(Waker& waker) = 0;
  /// Returns true if the task has to wait, and false if it is stopped or has what it waits for.
  /// Called in user code.
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
  std::mutex* mutex_;  ///< the mutex of `line_`
  Waiter* next_ = nullptr;
  Waiter* previous_ = nullptr;
  LineOperation* operation_ = nullptr;  ///< the owner of this place: itself, or a select
  bool in_line_ = false;
};

}  // namespace mastic::async
