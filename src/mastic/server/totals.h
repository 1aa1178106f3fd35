// What the lanes of a server count together.

#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "mastic/base/ip_address.h"
#include "mastic/base/units.h"

namespace mastic::server {

/// Callable from every lane.
class Totals {
 public:
  [[nodiscard]] std::uint64_t connections() const {
    return connections_.load(std::memory_order_relaxed);
  }
  void connection_opened() { connections_.fetch_add(1, std::memory_order_relaxed); }
  void connection_closed() { connections_.fetch_sub(1, std::memory_order_relaxed); }

  /// Tasks of the application that run beside its requests.
  [[nodiscard]] std::uint64_t background_tasks() const { return background_.load(); }
  void background_begun() { background_.fetch_add(1); }
  void background_ended() { background_.fetch_sub(1); }

  /// False when the address has `most` connections already; else it has one more.
  [[nodiscard]] bool enter(const base::IpAddress& address, std::uint64_t most);
  void leave(const base::IpAddress& address);

  /// False when that would be more than `most` bytes; 0 is no limit.
  [[nodiscard]] bool hold(std::uint64_t bytes, std::uint64_t most);
  void release(std::uint64_t bytes) { held_bytes_.fetch_sub(bytes, std::memory_order_relaxed); }

  /// Whether a message of this kind is due again: at most one a second is.
  [[nodiscard]] bool may_log(base::Instant now);

 private:
  std::atomic<std::uint64_t> connections_{0};
  std::atomic<std::uint64_t> background_{0};
  std::atomic<std::uint64_t> held_bytes_{0};
  std::atomic<base::Duration::rep> last_logged_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, std::uint64_t> by_address_;
};

}  // namespace mastic::server
