// Waiting in line for something that tasks of several contexts share. The common part of Channel,
// Event, Semaphore and Condition.
//
// Who waits is served first in, first out, and is given what it waits for by whoever has it: a
// task that is cancelled while it waits leaves the line, one that was served already keeps what it
// was given. So nothing is lost between the two.

#pragma once

#include <coroutine>
#include <mutex>
#include <source_location>

#include "mastic/async/context.h"

namespace mastic::async {

class Waiter;

/// Those who wait, in the order they came. Guarded by a mutex that several lines may share.
class WaitQueue {
 public:
  explicit WaitQueue(std::mutex& mutex) : mutex_(mutex) {}
  WaitQueue(const WaitQueue&) = delete;
  WaitQueue& operator=(const WaitQueue&) = delete;

  // With the mutex held:
  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  void push_back(Waiter& waiting);
  /// Requires: not empty.
  Waiter& pop_front();
  void remove(Waiter& waiting);

 private:
  friend class Waiter;
  std::mutex& mutex_;
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

/// Holds the mutex of a line, and wakes those who were served once it has let go of it: what they
/// waited at may be no more by then.
class Waker {
 public:
  explicit Waker(std::mutex& mutex) : lock_(mutex) {}
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  /// It has what it waits for, or learns that it will not get it. Requires: it was taken off its
  /// line.
  void serve(Waiter& waiting) noexcept;

 private:
  std::unique_lock<std::mutex> lock_;
  Waiter* first_ = nullptr;  ///< those in progress, to be notified
  Waiter* last_ = nullptr;
};

/// A task's place in a line.
///
/// 1. It is registered in user code, when it is awaited, and may be served from then on, by any
///    thread, with the mutex of its line held.
/// 2. Served by a task of its own context in the same run, it never meets the executor.
/// 3. Served before the executor started it, it is completed by `start`; after that by a message.
class Waiter : public Operation, private Message {
 protected:
  explicit Waiter(WaitQueue& line) : line_(&line) {}
  Waiter(Waiter&&) = default;
  ~Waiter() override;

  /// In user code: true when the task is to wait; false when it is stopped, or has what it wants:
  /// `take_now(Waker&)` says so, with the mutex held, and may serve others.
  template <class Promise, class TakeNow>
  bool wait_unless(std::coroutine_handle<Promise> waiter, std::source_location where,
                   TakeNow take_now) {
    CancelScope& scope = *waiter.promise().scope;
    waiter.promise().awaited_at = where;
    if (scope.stop_requested()) {
      refuse();
      return false;
    }
    Waker waker(line_->mutex_);
    if (take_now(waker)) return false;
    line_->push_back(*this);
    submit(scope, waiter);
    return true;
  }

 private:
  friend class WaitQueue;
  friend class Waker;
  void notify() noexcept;
  void start(Executor& executor) final;
  Cancel cancel() noexcept final;
  bool drop() noexcept final;
  void deliver() noexcept final { complete(); }
  bool leave_line() noexcept;

  WaitQueue* line_;
  Waiter* next_ = nullptr;
  Waiter* previous_ = nullptr;
  bool in_line_ = false;
  bool served_ = false;   ///< taken off the line, and given what it waits for
  bool started_ = false;  ///< in progress on its executor: a message completes it
};

}  // namespace mastic::async
