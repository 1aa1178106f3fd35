// The threads of handlers that block.

#pragma once

#include <cstdint>
#include <optional>

#include "mastic/base/kernel.h"
#include "mastic/loop/runtime.h"
#include "mastic/loop/scheduler.h"
#include "mastic/threads/bounded_executor.h"

namespace mastic::sockets {

/// The threads for the blocking handlers of one server, at most a given number at a time. They are
/// threads of the server's runtime. Since a handler may hold its thread for as long as a connection
/// lasts, the runtime gets that number of additional threads while this object exists. So other
/// blocking code finds as many threads as it would without this server (ADR 0028). A server on a
/// loop that the program drives has no runtime; its handlers have a pool of their own.
class HandlerThreads {
 public:
  /// Makes the threads available. `most` is the maximum number of handlers at a time; `runtime` may
  /// be null. Requires: `runtime` and `kernel` outlive this object.
  HandlerThreads(loop::Runtime* runtime, std::uint64_t most, base::Kernel& kernel);
  /// Requires: no handler is running or queued.
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
