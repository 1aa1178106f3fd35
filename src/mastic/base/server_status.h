// What a server reports about its loops and threads. The server fills it in; pages show it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mastic/base/units.h"

namespace mastic::base {

/// A request that is being answered. Values in its target that look like secrets are blanked out.
struct RequestReport {
  std::uint64_t id = 0;
  std::string method;
  std::string target;
  std::string client;
  Duration age{};
  int thread = 0;         ///< the thread that runs its handler off the loop; 0 when no thread does
  Duration thread_age{};  ///< for how long that thread has run the handler
  bool cancelled = false;
};

/// What one loop reports about itself.
struct LoopReport {
  std::size_t loop = 0;  ///< its number
  std::uint64_t connections = 0;
  std::vector<RequestReport> requests;  ///< the oldest ones; the server limits their number
  std::uint64_t requests_in_all = 0;
};

/// What a thread of a server does.
enum class ThreadRole : std::uint8_t {
  Reserve,     ///< it is in reserve, to drive a loop whose thread is stuck
  Drives,      ///< it drives a loop
  Away,        ///< it is still in a handler, and another thread has taken over its loop
  Works,       ///< it runs code that may block
  WrittenOff,  ///< the server no longer waits for it
  Ends,
};

/// What one thread of a server is doing.
struct ThreadReport {
  int thread = 0;  ///< its number in the kernel
  ThreadRole role = ThreadRole::Reserve;
  int loop = -1;   ///< the loop that it drives or has lost; -1 when there is none
  Duration age{};  ///< how long it has had this role, or run this piece of work
};

/// The threads of a server as one pool.
struct PoolReport {
  std::uint64_t workers = 0;  ///< the largest number of threads that run blocking work
  std::uint64_t busy = 0;
  std::uint64_t queued = 0;
  Duration oldest_queued{};
  std::uint64_t done = 0;  ///< pieces of work completed since the start
  std::uint64_t refused = 0;
  std::uint64_t hand_offs = 0;  ///< loops that were taken from a thread that was stuck
  std::uint64_t lost = 0;       ///< threads that were written off and have not returned
  std::uint64_t reserve = 0;    ///< threads in reserve
};

/// A server, as monitoring pages see it. Callable from any thread; nothing here waits for a
/// handler.
class ServerStatus {
 public:
  [[nodiscard]] virtual std::size_t loops() const = 0;
  [[nodiscard]] virtual PoolReport pool() const = 0;
  [[nodiscard]] virtual std::vector<ThreadReport> threads() const = 0;
  /// Makes every loop call `take` with its report, on the thread of the loop, now or later. A loop
  /// calls `take` late or never when the thread that drives the loop hangs and no other thread is
  /// free to take the loop over.
  virtual void ask_loops(std::function<void(LoopReport)> take) = 0;
  /// Cancels the request with this id, on whichever loop it is. The stop token of the request
  /// fires. The client gets a 503, or an aborted answer when the answer has begun.
  virtual void cancel(std::uint64_t request) = 0;

 protected:
  ~ServerStatus() = default;
};

}  // namespace mastic::base
