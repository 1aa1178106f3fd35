// An operation that another thread completes.

#pragma once

#include "mastic/async/context.h"
#include "mastic/async/executor.h"

namespace mastic::async {

/// An operation that any thread may complete, such as a future or a thread of a pool.
///
/// `begin` registers the operation with the other side. The other side calls `complete_remotely`
/// once, holding its lock or after it has removed the operation from its list. `cancel` removes the
/// operation from that list. If it is no longer in the list, `cancel` returns Coming: the call is
/// on its way, and the operation stays alive until it arrives.
class RemoteOperation : public Operation, private Message {
 protected:
  /// Begins the operation. `complete_remotely` may be called before this returns. Called on the
  /// executor.
  virtual void begin() = 0;

  /// Completes the operation. Any thread may call this, once. The operation may be destroyed before
  /// this returns.
  void complete_remotely() noexcept {
    if (Context* const here = Context::running(); here == &context()) {
      here->deliver_after_run(*this);
    } else {
      executor_->post(*this);
    }
  }
  /// The executor on which the task runs. Requires: `begin` was called.
  [[nodiscard]] Executor& executor() const { return *executor_; }
  /// Handles the arrival of `complete_remotely` on the executor.
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
