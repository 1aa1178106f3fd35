// What is done about handlers that hold their thread for too long: logging, and writing threads
// off.

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

/// Takes the steps of HangLadder that concern the whole server: it logs, writes threads off, and
/// reports when too many are lost. Exchanges call a HangPolicy on their loops, and handle the
/// request themselves (Options::hung_after and the options after it). Stacks are captured on a
/// separate thread, because that takes a while.
class HangPolicy {
 public:
  /// `scheduler` and `log` must outlive the policy. `too_many_lost` is called once, on a loop, when
  /// more than `max_lost` threads are written off at a time; if `max_lost` is 0, the function is
  /// never called.
  HangPolicy(loop::Scheduler& scheduler, base::Log& log, std::uint64_t max_lost,
             std::function<void()> too_many_lost)
      : scheduler_(scheduler),
        log_(log),
        max_lost_(max_lost),
        too_many_lost_(std::move(too_many_lost)) {}

  /// Logs that the handler of `request` hangs, with its stack. Throws std::bad_alloc.
  void hangs(const base::RequestReport& request);
  /// Logs that `request` is cancelled. Throws std::bad_alloc.
  void cancelled(const base::RequestReport& request);
  /// Writes off the thread that the handler has held since `since`, and logs that. Returns false
  /// when the thread has returned meanwhile. Throws std::bad_alloc.
  [[nodiscard]] bool write_off(const base::RequestReport& request, base::Instant since);
  /// Waits until all stacks are logged. Called after the loops have ended.
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
