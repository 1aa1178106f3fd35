// Counters that all shards of a server share: its open connections.

#pragma once

#include <atomic>
#include <cstdint>

#include "mastic/base/log_pace.h"
#include "mastic/base/units.h"

namespace mastic::net {

/// Counts for all shards of a server. All members may be called from any thread.
class ShardCounters {
 public:
  /// How many connections, or other pieces of work, are open, including those on their way from one
  /// shard to another. A thread that reads the count after a call of `closed` also sees what was
  /// written before that call.
  [[nodiscard]] std::uint64_t open() const { return open_.load(std::memory_order_acquire); }
  /// Counts one more connection. Returns how many were open before.
  std::uint64_t opened() { return open_.fetch_add(1, std::memory_order_relaxed); }
  /// Counts one connection less.
  void closed() { open_.fetch_sub(1, std::memory_order_release); }

  /// Whether a log message that could come often may be written now. Returns true at most once a
  /// second, for messages of all kinds together.
  [[nodiscard]] bool may_log(base::Instant now) noexcept { return log_pace_.may_log(now); }

 private:
  std::atomic<std::uint64_t> open_{0};
  base::LogPace log_pace_;
};

}  // namespace mastic::net
