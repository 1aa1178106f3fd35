// An operation that another thread completes.

#pragma once

#include <utility>

#include "mastic/async/context.h"
#include "mastic/async/executor.h"

namespace mastic::async {

/// An operation that any thread may complete: for example a thread of a pool, or the thread that
/// sets a future.
///
/// `begin` registers the operation with the other side. The other side calls `complete_remotely`
/// once: either while it holds its lock, or after it has removed the operation from its list.
/// `cancel` removes the operation from that list. If the operation is no longer in the list,
/// `cancel` returns Coming: the call of `complete_remotely` is on its way, and the operation stays
/// alive until that call has arrived.
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
  /// Whether the executor counts this operation as remote: until it arrives or is destroyed.
  bool is_counted_ = false;
};

}  // namespace mastic::async
