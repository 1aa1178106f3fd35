// What a task awaits of another thread.

#pragma once

#include "mastic/async/context.h"
#include "mastic/async/executor.h"

namespace mastic::async {

/// An operation that is completed from any thread: by a future, by a thread of a pool.
///
/// `begin` tells the other side where to call; that calls `complete_remotely` once, under its lock
/// or after it has taken the operation off its list. `cancel` takes the operation off the list
/// itself, and returns Coming when it was taken off already: then the call is on its way, and the
/// operation stands still until it arrives.
class RemoteOperation : public Operation, private Message {
 protected:
  /// On the executor: begins; the call may come before this returns.
  virtual void begin() = 0;

  /// From any thread, once. The operation may be no more when this returns.
  void complete_remotely() noexcept {
    if (Context* const here = Context::running(); here == &context()) {
      here->deliver_after_run(*this);
    } else {
      executor_->post(*this);
    }
  }
  /// Where the task runs; from `begin` on.
  [[nodiscard]] Executor& executor() const { return *executor_; }
  /// On the executor: that call has come.
  virtual void arrived() noexcept { complete(); }

 private:
  void start(Executor& executor) final {
    executor_ = &executor;
    begin();
  }
  void deliver() noexcept final { arrived(); }

  Executor* executor_ = nullptr;
};

}  // namespace mastic::async
