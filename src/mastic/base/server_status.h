// What a server tells of its loops and threads: filled in by it, shown by pages.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mastic/base/units.h"

namespace mastic::base {

/// A request that is being answered. Its target has what looks secret blanked out.
struct RequestReport {
  std::uint64_t id = 0;
  std::string method;
  std::string target;
  std::string client;
  Duration age{};
  int thread = 0;         ///< that runs its handler, away from the loop; 0: it waits for something
  Duration thread_age{};  ///< for how long it does
  bool cancelled = false;
};

/// What one loop says of itself.
struct LoopReport {
  std::size_t loop = 0;  ///< its number
  std::uint64_t connections = 0;
  std::vector<RequestReport> requests;  ///< the oldest ones, max_requests at the most
  std::uint64_t requests_in_all = 0;
};

/// What a thread of a server does.
enum class ThreadRole : std::uint8_t {
  Reserve,     ///< it stands by, to drive a loop whose thread is stuck
  Drives,      ///< it drives a loop
  Away,        ///< it runs a handler, and its loop has gone on without it
  Works,       ///< it runs what may block
  WrittenOff,  ///< it is not waited for any longer
  Ends,
};

struct ThreadReport {
  int thread = 0;  ///< its number in the kernel
  ThreadRole role = ThreadRole::Reserve;
  int loop = -1;   ///< that it drives, or has lost; -1: none
  Duration age{};  ///< since it has this role, or runs this piece of work
};

struct PoolReport {
  std::uint64_t workers = 0;  ///< at the most
  std::uint64_t busy = 0;
  std::uint64_t queued = 0;
  Duration oldest_queued{};
  std::uint64_t done = 0;  ///< pieces of work, since the start
  std::uint64_t refused = 0;
  std::uint64_t hand_offs = 0;  ///< loops that were taken from a thread that was stuck
  std::uint64_t lost = 0;       ///< threads that were written off and have not returned
  std::uint64_t reserve = 0;    ///< threads that stand by
};

/// A server, for those who look after it. Used from any thread; nothing here waits for a handler.
class ServerStatus {
 public:
  [[nodiscard]] virtual std::size_t loops() const = 0;
  [[nodiscard]] virtual PoolReport pool() const = 0;
  [[nodiscard]] virtual std::vector<ThreadReport> threads() const = 0;
  /// Has every loop call `take` with what is under way there, on its own thread, now or later. A
  /// loop whose driver hangs, and that nobody can take over, calls late or never.
  virtual void ask_loops(std::function<void(LoopReport)> take) = 0;
  /// Cancels the request with this id, wherever it is: its stop token fires, its client gets 503 or,
  /// when the answer has begun, an abort.
  virtual void cancel(std::uint64_t request) = 0;

 protected:
  ~ServerStatus() = default;
};

}  // namespace mastic::base
