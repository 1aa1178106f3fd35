#include "mastic/loop/stall_monitor.h"

#include <pthread.h>

#include "mastic/loop/loop.h"
#include "mastic/threads/thread.h"

namespace mastic::loop {
namespace {

constexpr auto kTick = std::chrono::milliseconds(1);
constexpr int kQuietTicks = 20;  // before the monitor sleeps

}  // namespace

void StallMonitor::add(Loop& loop) {
  const std::lock_guard lock(mutex_);
  watched_.push_back({&loop, loop.look()});
  if (!thread_.joinable()) thread_ = threads::start_thread([this] { run(); });
}

void StallMonitor::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    called_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

/// Falling asleep must not miss a driver that enters user code at the same moment. The monitor
/// first stores `asleep_`, then looks; a driver first stores its token, then loads `asleep_`
/// (loop_entered). All four operations are sequentially consistent, so either the look sees the
/// token, or the driver sees `asleep_` and wakes the monitor.
void StallMonitor::run() {
  pthread_setname_np(pthread_self(), "mastic-watch");
  std::unique_lock lock(mutex_);
  int quiet = 0;
  while (!stopped_) {
    called_.wait_for(lock, kTick);
    quiet = look() ? 0 : quiet + 1;
    looked_();
    if (quiet < kQuietTicks) continue;
    asleep_.store(true);
    if (look()) asleep_.store(false);
    called_.wait(lock, [this] { return stopped_ || !asleep_.load(); });
    quiet = 0;
  }
}

/// Tokens never repeat (LoopOwnership), so the same odd number at two looks means the same piece of
/// user code.
bool StallMonitor::look() {
  bool any = false;
  for (Watched& each : watched_) {
    const std::uint64_t seen = each.loop->look();
    any |= seen != each.seen || LoopOwnership::is_inside(seen);
    if (LoopOwnership::is_inside(seen) && seen == each.seen) is_stuck_(*each.loop, seen);
    each.seen = seen;
  }
  return any;
}

void StallMonitor::wake() noexcept {
  if (!asleep_.exchange(false)) return;
  // The lock is needed because the monitor may be between its look and its wait, where a
  // notification would be lost.
  const std::lock_guard lock(mutex_);
  called_.notify_all();
}

}  // namespace mastic::loop
