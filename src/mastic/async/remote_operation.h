// An operation that another thread completes.

#pragma once

#include <utility>

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
  RemoteOperation() = default;
  RemoteOperation(RemoteOperation&&) = default;
  ~RemoteOperation() override { count_off(); }

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
    executor.remote_operations_.fetch_add(1, std::memory_order_relaxed);
    is_counted_ = true;
    begin();
  }
  void deliver() noexcept final {
    count_off();
    arrived();
  }
  void count_off() noexcept {
    if (!std::exchange(is_counted_, false)) return;
    executor_->remote_operations_.fetch_sub(1, std::memory_order_relaxed);
  }

  Executor* executor_ = nullptr;
  bool is_counted_ = false;  ///< among the executor's remote operations: until it arrives, or goes
};

}  // namespace mastic::async
