// What the shards of an HTTP server count together: connections, by address too; memory held; tasks
// that run beside requests.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "mastic/base/ip_address.h"
#include "mastic/net/shard_counters.h"

namespace mastic::server {

/// Callable from every shard.
class ServerCounters : public net::ShardCounters {
 public:
  [[nodiscard]] std::uint64_t connections() const { return open(); }

  /// Tasks of the application that run beside its requests.
  [[nodiscard]] std::uint64_t background_tasks() const { return background_.load(); }
  void background_begun() { background_.fetch_add(1); }
  void background_ended() { background_.fetch_sub(1); }

  /// False when the address has `most` connections already; else it has one more.
  [[nodiscard]] bool enter(const base::IpAddress& address, std::uint64_t most);
  void leave(const base::IpAddress& address);

  // Memory that requests and answers hold (Options::max_inflight_bytes). 0 is no limit.

  /// False when that would be more than `most` bytes.
  [[nodiscard]] bool hold(std::uint64_t bytes, std::uint64_t most);
  void release(std::uint64_t bytes) noexcept;
  /// What somebody holds was `counted` bytes, and is `bytes` now, be that too much or not.
  void recount(std::uint64_t& counted, std::uint64_t bytes) noexcept {
    if (counted != bytes) change(counted, bytes);
  }
  [[nodiscard]] std::uint64_t held_bytes() const {
    return held_bytes_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool is_full(std::uint64_t most) const { return most > 0 && held_bytes() >= most; }
  /// Before there are connections: what to do when so much was released that the system should have
  /// it back. Called on any loop.
  void when_much_is_released(std::function<void()> give_back) { give_back_ = std::move(give_back); }

 private:
  void change(std::uint64_t& counted, std::uint64_t bytes) noexcept;
  void raise_peak(std::uint64_t held) noexcept;

  std::atomic<std::uint64_t> background_{0};
  std::atomic<std::uint64_t> held_bytes_{0};
  std::atomic<std::uint64_t> peak_bytes_{0};  ///< of those, since `give_back_` was called
  std::function<void()> give_back_ = [] {};
  std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> by_address_;
};

}  // namespace mastic::server
