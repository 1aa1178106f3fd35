// What happens about handlers that hold their thread for too long.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

#include "mastic/base/log.h"
#include "mastic/base/server_status.h"
#include "mastic/loop/scheduler.h"
#include "mastic/threads/thread_pool.h"

namespace mastic::server {

/// Told by exchanges, on their loops, which see to the request itself (Options::hung_after and what
/// follows). Logs, writes threads off, and says when too many are lost. Stacks are read in a thread
/// of its own, for that takes a while.
class HangPolicy {
 public:
  /// All must outlive it. `too_many_lost` is called once, on some loop, when more than `max_lost`
  /// threads are written off at one time; 0 is any number.
  HangPolicy(loop::Scheduler& scheduler, base::Log& log, std::uint64_t max_lost,
             std::function<void()> too_many_lost)
      : scheduler_(scheduler),
        log_(log),
        max_lost_(max_lost),
        too_many_lost_(std::move(too_many_lost)) {}

  void hangs(const base::RequestReport& request);
  void cancelled(const base::RequestReport& request);
  /// False when the thread, which it has held `since` then, has come back meanwhile.
  [[nodiscard]] bool write_off(const base::RequestReport& request, base::Instant since);
  /// After the loops have ended: returns when all that it had to say is logged.
  void finish() { aside_.stop(threads::Stop::Drain); }

 private:
  loop::Scheduler& scheduler_;
  base::Log& log_;
  const std::uint64_t max_lost_;
  std::function<void()> too_many_lost_;
  std::atomic<bool> told_{false};
  threads::ThreadPool aside_{
      {.name = "hang_policy", .max_threads = 1, .max_stand_ins = 0, .max_queued = 16}};
};

}  // namespace mastic::server
