// The threads of handlers that block.

#pragma once

#include <cstdint>
#include <optional>

#include "mastic/base/kernel.h"
#include "mastic/loop/runtime.h"
#include "mastic/loop/scheduler.h"
#include "mastic/threads/bounded_executor.h"

namespace mastic::sockets {

/// Handlers of one server run on the threads of its runtime, so many at a time. Each may hold its thread
/// for as long as a connection lasts, so the runtime has as many more while this stands: what else runs
/// there finds as many as without it (ADR 0028). On a loop that somebody else drives there is no runtime,
/// and they have threads of their own.
class HandlerThreads {
 public:
  /// `runtime` may be null; it and `kernel` must outlive this.
  HandlerThreads(loop::Runtime* runtime, std::uint64_t most, base::Kernel& kernel);
  /// Requires: no handler runs or waits.
  ~HandlerThreads();
  HandlerThreads(const HandlerThreads&) = delete;
  HandlerThreads& operator=(const HandlerThreads&) = delete;

  [[nodiscard]] async::BlockingExecutor& executor() { return share_; }

 private:
  std::optional<loop::Scheduler> own_;
  loop::Scheduler& scheduler_;
  const std::uint64_t added_;
  threads::BoundedExecutor share_;
};

}  // namespace mastic::sockets
