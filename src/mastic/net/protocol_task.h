// Code of an application that a protocol runs beside its connection, and the server that waits for
// such code.

#pragma once

#include <cstddef>
#include <utility>

#include "mastic/base/log.h"
#include "mastic/base/server_status.h"
#include "mastic/base/units.h"

namespace mastic::net {

/// Code of an application that a protocol runs for its connection, such as the handler of a
/// WebSocket. It may outlive the connection, and the server does not end before it. A node of an
/// intrusive list, so adding it allocates nothing. Used on the loop, outside of user code.
class ProtocolTask {
 public:
  ProtocolTask(const ProtocolTask&) = delete;
  ProtocolTask& operator=(const ProtocolTask&) = delete;

  /// Called when the server aborts its work: cancels what the code awaits.
  virtual void abandon() noexcept = 0;
  /// Fills in the request that the code serves: `method`, `target` and `client` of `report`. Throws
  /// std::bad_alloc.
  virtual void describe(base::RequestReport& report) const = 0;

 protected:
  ProtocolTask() = default;
  virtual ~ProtocolTask() = default;

 private:
  friend class ProtocolTaskList;
  ProtocolTask* next_ = nullptr;
  ProtocolTask** place_ = nullptr;  ///< the pointer to this object; null while it is in no list
};

/// The tasks of the protocols of one loop.
class ProtocolTaskList {
 public:
  ProtocolTaskList() = default;
  ProtocolTaskList(const ProtocolTaskList&) = delete;
  ProtocolTaskList& operator=(const ProtocolTaskList&) = delete;

  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  /// Counts the tasks.
  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    for_each([&count](const ProtocolTask&) { ++count; });
    return count;
  }
  /// Requires: `task` is in no list.
  void add(ProtocolTask& task) noexcept {
    task.next_ = first_;
    if (first_ != nullptr) first_->place_ = &task.next_;
    task.place_ = &first_;
    first_ = &task;
  }
  /// Requires: `task` is in this list.
  void remove(ProtocolTask& task) noexcept {
    *task.place_ = task.next_;
    if (task.next_ != nullptr) task.next_->place_ = task.place_;
    task.place_ = nullptr;
  }
  /// Calls `each` for every task. `each` may remove the task that it is called with.
  template <class Each>
  void for_each(Each each) const {
    for (ProtocolTask* at = first_; at != nullptr;) each(*std::exchange(at, at->next_));
  }

 private:
  ProtocolTask* first_ = nullptr;
};

/// The server of a connection, as protocols see it. It outlives the connection, and every
/// ProtocolTask that has begun and not ended. Used on the loop.
class ProtocolServer {
 public:
  /// The log of the server.
  [[nodiscard]] virtual base::Log& log() const = 0;
  /// How long a drain may take.
  [[nodiscard]] virtual base::Duration drain_timeout() const = 0;
  /// Whether the server aborts its work. What a task awaits is to be cancelled at once.
  [[nodiscard]] virtual bool is_aborting() const = 0;
  /// Says that `task` begins. From now on the server waits for it.
  virtual void task_begins(ProtocolTask& task) noexcept = 0;
  /// Says that the code of `task` holds `thread`, so that another thread has taken the loop over.
  virtual void task_holds(ProtocolTask& task, int thread) noexcept = 0;
  /// Says that the code of `task`, which held a thread, has returned.
  virtual void task_returned(ProtocolTask& task) noexcept = 0;
  /// Says that `task` has ended. The server may settle in this call.
  virtual void task_ended(ProtocolTask& task) noexcept = 0;

 protected:
  ~ProtocolServer() = default;
};

}  // namespace mastic::net
