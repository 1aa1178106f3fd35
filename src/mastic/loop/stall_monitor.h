// A thread that finds drivers which stay inside user code.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "mastic/base/units.h"

namespace mastic::loop {

class Loop;

/// Looks at every loop once per tick (about a millisecond), on a thread of its own. When a driver
/// is inside the same piece of user code as at the previous tick, the monitor reports the loop, and
/// reports it again at each tick for as long as the driver stays there.
///
/// The monitor falls asleep after 20 ticks in which no driver was in user code. A driver that
/// enters user code wakes the monitor (`loop_entered`).
class StallMonitor {
 public:
  /// `is_stuck` is called for a loop whose driver stays in user code; `seen` is for Loop::take.
  /// `looked` is called after each tick while the monitor is awake. Both are called on the
  /// monitor's thread, with the monitor's lock held.
  explicit StallMonitor(
      std::function<void(Loop& loop, std::uint64_t seen)> is_stuck,
      std::function<void()> looked = [] {})
      : is_stuck_(std::move(is_stuck)), looked_(std::move(looked)) {}
  ~StallMonitor() { stop(); }
  StallMonitor(const StallMonitor&) = delete;
  StallMonitor& operator=(const StallMonitor&) = delete;

  /// Watches `loop` from now on. `loop` must live until `stop` or the destructor returns. The first
  /// call starts the thread; throws std::system_error when the system has no thread left.
  void add(Loop& loop);
  /// Ends the thread and waits for it.
  void stop();

  /// A driver calls this when it enters user code. The call costs one load while the monitor is
  /// awake.
  void loop_entered() noexcept {
    if (asleep_.load()) [[unlikely]]
      wake();
  }
  /// Whether the monitor sleeps.
  [[nodiscard]] bool is_asleep() const { return asleep_.load(); }

 private:
  struct Watched {
    Loop* loop;
    std::uint64_t seen = 0;
  };

  void run();
  /// Looks at every loop once. Returns whether any driver has been in user code since the last
  /// look.
  [[nodiscard]] bool look();
  void wake() noexcept;

  std::function<void(Loop&, std::uint64_t)> is_stuck_;
  std::function<void()> looked_;
  std::mutex mutex_;
  std::condition_variable called_;
  std::vector<Watched> watched_;
  bool stopped_ = false;
  std::atomic<bool> asleep_{false};
  std::thread thread_;
};

}  // namespace mastic::loop
