// The tasks of protocols whose code holds a thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "mastic/base/server_status.h"
#include "mastic/net/protocol_task.h"

namespace mastic::server {

class ShardServices;

/// Looks after the tasks of protocols, such as handlers of WebSockets, whose code has lost the loop
/// and has not returned: logs them, cancels them, and writes their threads off (HangLadder). Empty
/// nearly always. Used on the loop.
class HeldTasks {
 public:
  /// `shard` must outlive this object.
  explicit HeldTasks(ShardServices& shard);
  ~HeldTasks();
  HeldTasks(const HeldTasks&) = delete;
  HeldTasks& operator=(const HeldTasks&) = delete;

  /// Begins to look after `task`, whose code is stuck on `thread`. Without memory, the task
  /// is not looked after.
  void holds(net::ProtocolTask& task, int thread) noexcept;
  /// Stops looking after `task`, whose code has returned.
  void returned(net::ProtocolTask& task) noexcept;
  /// How many tasks hold a thread that was written off. The drain does not wait for them.
  [[nodiscard]] std::size_t lost() const;
  /// Adds all of them to `report`.
  void report(base::LoopReport& report) const;
  /// Cancels what the task with the id `task` awaits, if it is one of these.
  void cancel(std::uint64_t task) noexcept;

 private:
  class Held;
  ShardServices& shard_;
  std::vector<std::unique_ptr<Held>> held_;
};

}  // namespace mastic::server
