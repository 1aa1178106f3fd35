// Where a plain handler runs: right where it is called, or on a thread that may block.

#pragma once

#include <atomic>
#include <cstdint>

#include "mastic/base/units.h"

namespace mastic::app {

/// Written where a handler is, to say that it blocks: `site.get<"/report">(blocking, report)`.
struct Blocking {};
inline constexpr Blocking blocking;

/// How one plain handler has fared. A loop that it held for too long was taken over; when that
/// happens again, its calls go to a thread that may block from the start, until they are quick.
/// Used by every loop at once.
class Pace {
 public:
  /// Whether its calls go to a thread that may block.
  [[nodiscard]] bool goes_elsewhere() const { return elsewhere_.load(std::memory_order_relaxed); }

  /// It blocks, whatever is seen of it.
  void mark_blocking() {
    marked_ = true;
    elsewhere_.store(true, std::memory_order_relaxed);
  }
  /// A loop was taken over while it ran. Once is forgiven: the system may have paused its thread.
  void was_left_behind() noexcept {
    if (strikes_.fetch_add(1, std::memory_order_relaxed) + 1 < kStrikes) return;
    quick_.store(0, std::memory_order_relaxed);
    elsewhere_.store(true, std::memory_order_relaxed);
  }
  /// It returned where it was called.
  void returned() noexcept {
    if (strikes_.load(std::memory_order_relaxed) == 0) [[likely]]
      return;
    if (quick_.fetch_add(1, std::memory_order_relaxed) + 1 == kForgivenAfter) forgive();
  }
  /// It took `length` on a thread that may block.
  void took(base::Duration length) noexcept {
    if (marked_) return;
    if (length >= kQuick) return quick_.store(0, std::memory_order_relaxed);
    if (quick_.fetch_add(1, std::memory_order_relaxed) + 1 >= kQuickInARow) forgive();
  }

 private:
  static constexpr std::uint32_t kStrikes = 2;
  static constexpr std::uint32_t kForgivenAfter =
      100;  ///< calls that returned where they were made
  static constexpr std::uint32_t kQuickInARow = 16;
  static constexpr base::Duration kQuick = std::chrono::milliseconds(1);

  void forgive() noexcept {
    strikes_.store(0, std::memory_order_relaxed);
    quick_.store(0, std::memory_order_relaxed);
    elsewhere_.store(false, std::memory_order_relaxed);
  }

  std::atomic<bool> elsewhere_{false};
  bool marked_ = false;  ///< set before it is called
  std::atomic<std::uint32_t> strikes_{0};
  std::atomic<std::uint32_t> quick_{0};  ///< calls since the last slow one
};

}  // namespace mastic::app
