// How often a message is logged whose number is decided by others, such as clients.

#pragma once

#include <atomic>

#include "mastic/base/units.h"

namespace mastic::base {

/// Allows one message a second. All members may be called from any thread.
class LogPace {
 public:
  /// Whether a message that could come often may be written now. Returns true at most once a second.
  [[nodiscard]] bool may_log(Instant now) noexcept {
    constexpr Duration kBetween = std::chrono::seconds(1);
    auto last = last_logged_.load(std::memory_order_relaxed);
    const auto time = now.time_since_epoch().count();
    if (last != 0 && time - last < kBetween.count()) return false;
    return last_logged_.compare_exchange_strong(last, time, std::memory_order_relaxed);
  }

 private:
  std::atomic<Duration::rep> last_logged_{0};
};

}  // namespace mastic::base
