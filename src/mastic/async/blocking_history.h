// How user code has fared: where it runs, and whether a loop is trusted to it when few threads stand
// by.

#pragma once

#include <atomic>
#include <cstdint>

#include "mastic/base/units.h"

namespace mastic::async {

/// How one route has fared, its handler and what else ran for its requests; or one handler of a socket
/// server, or a task in the background. A loop that it held for too long was taken over; when that
/// happens again, plain handlers go to a thread that may block from the start, until they are quick.
/// Used by every loop at once.
///
/// While few threads stand by, only what is trusted runs on loops (ADR 0017): what has been quick,
/// and has not blocked since.
class BlockingHistory {
 public:
  /// Whether a plain handler goes to a thread that may block.
  [[nodiscard]] bool goes_elsewhere() const { return elsewhere_.load(std::memory_order_relaxed); }
  /// Whether it may have a loop although hardly a thread stands by to take that over.
  [[nodiscard]] bool is_trusted() const {
    if (from_the_start_) return away_.load(std::memory_order_relaxed) < kMaxAway;
    return against_.load(std::memory_order_relaxed) < kStrikes;
  }

  /// It blocks, whatever is seen of it.
  void mark_blocking() {
    marked_ = true;
    elsewhere_.store(true, std::memory_order_relaxed);
  }
  /// It is quick by its nature: trusted before it was ever called, and whatever it did before, but
  /// for the time that it holds two threads.
  void mark_quick() { from_the_start_ = true; }

  /// A loop was taken over while it ran. Once is forgiven: the system may have paused the thread.
  void was_left_behind() noexcept {
    away_.fetch_add(1, std::memory_order_relaxed);
    const std::uint32_t before = against_.fetch_add(1, std::memory_order_relaxed);
    if ((before & ~kNeverQuick) + 1 < kStrikes) return;
    quick_.store(0, std::memory_order_relaxed);
    elsewhere_.store(true, std::memory_order_relaxed);
  }
  /// What was left behind has returned.
  void came_back() noexcept { away_.fetch_sub(1, std::memory_order_relaxed); }
  /// It returned where it was called.
  void returned() noexcept {
    if (against_.load(std::memory_order_relaxed) != 0) [[unlikely]]
      was_quick(kForgivenAfter);
  }
  /// It took `length` on a thread that may block.
  void took(base::Duration length) noexcept {
    if (marked_) return;
    if (length >= kQuick) return quick_.store(0, std::memory_order_relaxed);
    was_quick(kQuickInARow);
  }

 private:
  static constexpr std::uint32_t kStrikes = 2;
  static constexpr std::uint32_t kForgivenAfter =
      100;  ///< calls that returned where they were made
  static constexpr std::uint32_t kQuickInARow = 16;
  static constexpr base::Duration kQuick = std::chrono::milliseconds(1);
  static constexpr std::uint32_t kMaxAway = 2;
  static constexpr std::uint32_t kNeverQuick = 1u << 31;

  /// The first time is enough for one that has never blocked; else as many as are `needed`.
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

  std::atomic<std::uint32_t> against_{kNeverQuick};  ///< strikes; and whether it was never quick
  std::atomic<bool> elsewhere_{false};
  bool marked_ = false;                  ///< set before it is called, as is
  bool from_the_start_ = false;          ///< this
  std::atomic<std::uint32_t> quick_{0};  ///< calls since the last slow one
  std::atomic<std::uint32_t> away_{0};   ///< that hold a thread which has lost its loop
};

}  // namespace mastic::async
