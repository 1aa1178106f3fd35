// Counters that the shards of an HTTP server share: connections, in all and by address; memory that
// is held; background tasks.

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

/// Counts for all shards of an HTTP server. All members may be called from any thread.
class ServerCounters : public net::ShardCounters {
 public:
  /// How many connections are open.
  [[nodiscard]] std::uint64_t connections() const { return open(); }

  /// How many background tasks of the application run.
  [[nodiscard]] std::uint64_t background_tasks() const { return background_.load(); }
  /// Counts a background task that has begun.
  void background_begun() { background_.fetch_add(1); }
  /// Counts a background task that has ended.
  void background_ended() { background_.fetch_sub(1); }

  /// Counts a connection of `address` and returns true. Returns false, and counts nothing, if the
  /// address has `most` connections already. Throws std::bad_alloc.
  [[nodiscard]] bool enter(const base::IpAddress& address, std::uint64_t most);
  /// Counts one connection of `address` less. Allocates nothing.
  void leave(const base::IpAddress& address);

  // Memory that requests and answers hold (Options::max_inflight_bytes). A limit of 0 means no
  // limit.

  /// Counts `bytes` more bytes as held and returns true. Returns false, and counts nothing, if the
  /// sum would exceed `most`.
  [[nodiscard]] bool hold(std::uint64_t bytes, std::uint64_t most);
  /// Counts `bytes` fewer bytes as held.
  void release(std::uint64_t bytes) noexcept;
  /// Changes an amount from `counted` to `bytes`, whether or not that exceeds a limit, and stores
  /// `bytes` in `counted`.
  void recount(std::uint64_t& counted, std::uint64_t bytes) noexcept {
    if (counted != bytes) change(counted, bytes);
  }
  /// How many bytes of memory requests and answers hold.
  [[nodiscard]] std::uint64_t held_bytes() const {
    return held_bytes_.load(std::memory_order_relaxed);
  }
  /// Whether requests and answers hold `most` bytes of memory or more. False if `most` is 0.
  [[nodiscard]] bool is_full(std::uint64_t most) const { return most > 0 && held_bytes() >= most; }
  /// Sets a function that is called when so much memory was released that it should be returned to
  /// the system. The function may be called on any loop. Call this before there are connections.
  void when_much_is_released(std::function<void()> give_back) { give_back_ = std::move(give_back); }

 private:
  void change(std::uint64_t& counted, std::uint64_t bytes) noexcept;
  void raise_peak(std::uint64_t held) noexcept;

  std::atomic<std::uint64_t> background_{0};
  std::atomic<std::uint64_t> held_bytes_{0};
  std::atomic<std::uint64_t> peak_bytes_{0};  ///< peak of held_bytes_ since `give_back_` was called
  std::function<void()> give_back_ = [] {};
  std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> by_address_;
};

}  // namespace mastic::server
