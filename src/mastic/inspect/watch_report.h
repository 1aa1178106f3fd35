// A report of what the loops, threads and requests of a server are doing.

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

/// Writes a role as a JSON string, such as "drives" or "written off".
template <>
struct JsonType<base::ThreadRole> {
  static void write(std::string& out, base::ThreadRole role);
};

}  // namespace mastic::json

namespace mastic::inspect {

/// How worrying the age of a request or thread is: a Warning from `slow_after` on, an Alarm from
/// `stuck_after` on (ThreadWatchOptions).
enum class Concern : std::uint8_t { None, Warning, Alarm };

/// The state of a server at one moment. The names of its members are also the names in its JSON;
/// ages are in seconds.
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
    bool answered = false;      ///< the loop answered in time, so the counts below are known
    std::optional<int> thread;  ///< the thread that drives the loop
    std::uint64_t connections = 0;
    std::uint64_t requests = 0;  ///< all of its requests; WatchReport::requests has the oldest
  };
  struct Request {
    std::string id;  ///< as logs and error pages show it
    std::string method;
    std::string target;
    std::string client;
    std::size_t loop = 0;
    double age = 0;
    Concern concern = Concern::None;
    /// The thread that runs its handler away from the loop; nullopt while the handler waits, or
    /// runs on the loop.
    std::optional<int> thread;
    double thread_age = 0;
    bool cancelled = false;
    bool is_this = false;  ///< this is the request for the page itself
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
    std::optional<std::string> request;  ///< the id of the request that the thread works for
    /// The calls that the thread is in, the innermost first; empty when the thread did not answer
    /// in time; nullopt when the stack was not asked for.
    std::optional<std::vector<Frame>> stack;
  };

  std::string time;  ///< in UTC: "2026-11-22T07:00:00Z"
  Pool pool;
  std::vector<Loop> loops;
  std::vector<Thread> threads;
  std::vector<Request> requests;  ///< the oldest first
};

/// Asks every loop of `server` and reports what the loops answer. A loop that does not answer
/// within `wait_for_loops` is in the report with `answered` false. `asking` is the id of the
/// request that the report is made for. `server` and `options` must outlive the task.
[[nodiscard]] async::Task<WatchReport> look_at(base::ServerStatus& server, std::uint64_t asking,
                                               const ThreadWatchOptions& options);

/// Whether the request with the id `request` may be under way: a loop reports it, or a loop did not
/// answer in time, or has more requests than it reports. `server` and `options` must outlive the
/// task.
[[nodiscard]] async::Task<bool> may_be_under_way(base::ServerStatus& server, std::uint64_t request,
                                                 const ThreadWatchOptions& options);

/// Adds the stack of the thread with the number `thread` to the report, or the stacks of all
/// threads for nullopt. This may take twice `wait_for_stacks`: open a threads::BlockingScope around
/// the call.
void add_stacks(WatchReport& report, std::optional<int> thread, const ThreadWatchOptions& options);

}  // namespace mastic::inspect
