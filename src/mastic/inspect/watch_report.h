// One look at a server: what its loops, threads and requests are doing.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mastic/async/task.h"
#include "mastic/base/server_status.h"
#include "mastic/base/units.h"
#include "mastic/inspect/thread_watch.h"
#include "mastic/json/json.h"

namespace mastic::json {

/// "drives", "written off".
template <>
struct JsonType<base::ThreadRole> {
  static void write(std::string& out, base::ThreadRole role);
};

}  // namespace mastic::json

namespace mastic::inspect {

/// How long something has been going on, by ThreadWatchOptions.
enum class Concern : std::uint8_t { None, Warning, Alarm };

/// All of it, as it becomes JSON; times are in seconds.
struct WatchReport {
  struct Pool {
    std::uint64_t workers = 0;
    std::uint64_t busy = 0;
    std::uint64_t queued = 0;
    double oldest_queued = 0;
    std::uint64_t reserve = 0;
    std::uint64_t done = 0;
    std::uint64_t refused = 0;
    std::uint64_t hand_offs = 0;
    std::uint64_t lost = 0;
  };
  struct Loop {
    std::size_t loop = 0;
    bool answered = false;      ///< what follows is known
    std::optional<int> thread;  ///< that drives it
    std::uint64_t connections = 0;
    std::uint64_t requests = 0;  ///< in all; `requests` below has the oldest of them
  };
  struct Request {
    std::string id;  ///< as logs and error pages have it
    std::string method;
    std::string target;
    std::string client;
    std::size_t loop = 0;
    double age = 0;
    Concern concern = Concern::None;
    std::optional<int> thread;  ///< that runs its handler; none: it waits, or runs on its loop
    double thread_age = 0;
    bool cancelled = false;
    bool is_this = false;  ///< the request that asks
  };
  struct Frame {
    std::string function;
    std::string file;
    int line = 0;
    std::string module;
    std::uint64_t offset = 0;
  };
  struct Thread {
    int thread = 0;
    base::ThreadRole role = base::ThreadRole::Reserve;
    std::optional<int> loop;
    double age = 0;
    Concern concern = Concern::None;
    std::optional<std::string> request;       ///< the id of the one it works for
    std::optional<std::vector<Frame>> stack;  ///< when it was asked for; empty: it did not answer
  };

  std::string time;  ///< UTC
  Pool pool;
  std::vector<Loop> loops;
  std::vector<Thread> threads;
  std::vector<Request> requests;  ///< the oldest first
};

/// Asks the server. Loops that do not answer in time are in it all the same. `asking` is the id of
/// the request that this is for.
[[nodiscard]] async::Task<WatchReport> look_at(base::ServerStatus& server, std::uint64_t asking,
                                               const ThreadWatchOptions& options);

/// Whether that request is under way, as far as loops tell: one that does not answer, or has more
/// requests than it tells of, may have it.
[[nodiscard]] async::Task<bool> may_be_under_way(base::ServerStatus& server, std::uint64_t request,
                                                 const ThreadWatchOptions& options);

/// Adds the stack of the thread with this number, or of all of them. It may take seconds: open a
/// threads::BlockingScope around it.
void add_stacks(WatchReport& report, std::optional<int> thread, const ThreadWatchOptions& options);

}  // namespace mastic::inspect
