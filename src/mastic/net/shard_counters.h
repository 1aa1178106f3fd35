// What the shards of any server count together: its connections.

#pragma once

#include <atomic>
#include <cstdint>

#include "mastic/base/units.h"

namespace mastic::net {

/// Callable from every shard.
class ShardCounters {
 public:
  /// Connections, or what else the server works on; also what is on its way from one shard to another.
  /// A thread that reads a count after `closed` also sees what was written before that call.
  [[nodiscard]] std::uint64_t open() const { return open_.load(std::memory_order_acquire); }
  /// There is one more. Returns how many there were before.
  std::uint64_t opened() { return open_.fetch_add(1, std::memory_order_relaxed); }
  void closed() { open_.fetch_sub(1, std::memory_order_release); }

  /// Whether a message that may come often is due again: at most one a second is, of all kinds.
  [[nodiscard]] bool may_log(base::Instant now) noexcept {
    constexpr base::Duration kBetween = std::chrono::seconds(1);
    auto last = last_logged_.load(std::memory_order_relaxed);
    const auto time = now.time_since_epoch().count();
    if (last != 0 && time - last < kBetween.count()) return false;
    return last_logged_.compare_exchange_strong(last, time, std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> open_{0};
  std::atomic<base::Duration::rep> last_logged_{0};
};

}  // namespace mastic::net
