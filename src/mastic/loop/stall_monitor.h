// A thread that sees drivers which stay inside user code.

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

/// A thread that looks at every loop once a tick, about a millisecond. When a driver is inside the
/// same piece of user code at two looks, it says so: at the first such look and at each one after it.
///
/// It sleeps when nothing runs: after some ticks in which no loop entered user code. A driver that
/// enters user code wakes it (`loop_entered`).
class StallMonitor {
 public:
  /// Both are called on the thread of the watch; `seen` is for Loop::take, and `looked` follows each
  /// look while it is awake.
  explicit StallMonitor(
      std::function<void(Loop& loop, std::uint64_t seen)> is_stuck,
      std::function<void()> looked = [] {})
      : is_stuck_(std::move(is_stuck)), looked_(std::move(looked)) {}
  ~StallMonitor() { stop(); }
  StallMonitor(const StallMonitor&) = delete;
  StallMonitor& operator=(const StallMonitor&) = delete;

  /// Watches `loop` from now on; it must outlive the watch, or its stop. Starts the thread.
  void add(Loop& loop);
  void stop();

  /// From a driver, inside user code: costs a load while the watch is awake.
  void loop_entered() noexcept {
    if (asleep_.load()) [[unlikely]]
      wake();
  }
  /// Whether nothing is being watched for now.
  [[nodiscard]] bool is_asleep() const { return asleep_.load(); }

 private:
  struct Watched {
    Loop* loop;
    std::uint64_t seen = 0;
  };

  void run();
  /// Whether any loop was in user code since the last look.
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
