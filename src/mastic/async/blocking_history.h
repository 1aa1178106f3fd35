// What is known of a piece of user code: whether it blocks. That decides where the code runs.

#pragma once

#include <atomic>
#include <cstdint>

#include "mastic/base/units.h"

namespace mastic::async {

/// Records whether one piece of user code has blocked: the handler of a route with all that runs
/// for its requests, a handler of a socket server, or a background task. When the code holds a loop
/// for too long, another thread takes the loop over. After the second time, plain handlers start on
/// a thread that may block, until they have been quick again. All loops share a history, and may
/// use it at the same time.
///
/// While few threads stand by, only trusted code runs on loops (ADR 0017): code that has been quick
/// and has not blocked since.
///
///     never quick ──quick once──► trusted ──left behind twice──► elsewhere
///                                    ▲──16 quick calls in a row────────┘
class BlockingHistory {
 public:
  /// Whether a plain handler starts on a thread that may block.
  [[nodiscard]] bool goes_elsewhere() const { return elsewhere_.load(std::memory_order_relaxed); }
  /// Whether the code may run on a loop while few threads stand by to take the loop over.
  [[nodiscard]] bool is_trusted() const {
    if (from_the_start_) return away_.load(std::memory_order_relaxed) < kMaxAway;
    return against_.load(std::memory_order_relaxed) < kStrikes;
  }

  /// Marks the code as blocking, whatever is measured later. To be called before the code first
  /// runs.
  void mark_blocking() {
    marked_ = true;
    elsewhere_.store(true, std::memory_order_relaxed);
  }
  /// Marks the code as quick by nature. It is trusted from its first call, except while two of its
  /// calls hold threads whose loops were taken over. To be called before the code first runs.
  void mark_quick() { from_the_start_ = true; }

  /// Records that a loop was taken over while the code ran. The first time does not count, because
  /// the system may have paused the thread.
  void was_left_behind() noexcept {
    away_.fetch_add(1, std::memory_order_relaxed);
    const std::uint32_t before = against_.fetch_add(1, std::memory_order_relaxed);
    if ((before & ~kNeverQuick) + 1 < kStrikes) return;
    quick_.store(0, std::memory_order_relaxed);
    elsewhere_.store(true, std::memory_order_relaxed);
  }
  /// Records that a call whose loop was taken over has returned.
  void came_back() noexcept { away_.fetch_sub(1, std::memory_order_relaxed); }
  /// Records that a call returned on the loop that made it.
  void returned() noexcept {
    if (against_.load(std::memory_order_relaxed) != 0) [[unlikely]]
      was_quick(kForgivenAfter);
  }
  /// Records that a call took `length` on a thread that may block.
  void took(base::Duration length) noexcept {
    if (marked_) return;
    if (length >= kQuick) return quick_.store(0, std::memory_order_relaxed);
    was_quick(kQuickInARow);
  }

 private:
  static constexpr std::uint32_t kStrikes = 2;
  /// How many calls have to return on their loop before the strikes are cancelled.
  static constexpr std::uint32_t kForgivenAfter = 100;
  static constexpr std::uint32_t kQuickInARow = 16;
  static constexpr base::Duration kQuick = std::chrono::milliseconds(1);
  static constexpr std::uint32_t kMaxAway = 2;
  static constexpr std::uint32_t kNeverQuick = 1u << 31;

  /// Records a quick call. The first quick call is enough to trust code that has not lost a loop
  /// before. Otherwise `needed` quick calls are.
  void was_quick(std::uint32_t needed) noexcept {
    std::uint32_t unknown = kNeverQuick;
    if (against_.compare_exchange_strong(unknown, 0, std::memory_order_relaxed)) return;
    if (quick_.fetch_add(1, std::memory_order_relaxed) + 1 >= needed) forgive();
  }
  void forgive() noexcept {
    against_.store(0, std::memory_order_relaxed);
    quick_.store(0, std::memory_order_relaxed);
    elsewhere_.store(false, std::memory_order_relaxed);
  }

  std::atomic<std::uint32_t> against_{kNeverQuick};  ///< strikes, and the flag kNeverQuick
  std::atomic<bool> elsewhere_{false};
  bool marked_ = false;                  ///< marked as blocking, before the code first runs
  bool from_the_start_ = false;          ///< trusted; set before the code first runs
  std::atomic<std::uint32_t> quick_{0};  ///< quick calls since the last slow one
  std::atomic<std::uint32_t> away_{0};   ///< calls that hold a thread which has lost its loop
};

}  // namespace mastic::async
