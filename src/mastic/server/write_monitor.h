// Whether a client reads its answers fast enough.

#pragma once

#include <algorithm>
#include <cstdint>

#include "mastic/net/delivery.h"
#include "mastic/server/rate_monitor.h"

namespace mastic::server {

/// Runs while some written bytes have not left. Four times in each stall timeout, the monitor
/// checks how much the client has acknowledged. So a stall is noticed after one timeout and at most
/// a quarter of it more.
class WriteMonitor {
 public:
  /// What is demanded of a client.
  struct Terms {
    base::Duration stall_timeout;  ///< how long a client may acknowledge nothing
    std::uint64_t min_rate = 0;    ///< bytes per second, over a minute; 0: not checked
  };

  /// Begins to watch `stream`.
  void start(base::Instant now, const Terms& terms, const net::Stream& stream) {
    terms_ = terms;
    last_progress_ = last_look_ = now;
    rate_.start(now, base::Duration::zero(), kWindow);
    delivery_.start(stream);
    is_started_ = true;
  }
  /// Stops watching.
  void stop() { is_started_ = false; }
  /// Whether the monitor was started and has not been stopped.
  [[nodiscard]] bool is_started() const { return is_started_; }
  /// Adds bytes that the kernel has taken.
  void took(std::uint64_t bytes) { delivery_.took(bytes); }

  /// When to call `was_too_slow` next; Instant::max() when stopped.
  [[nodiscard]] base::Instant next_look() const {
    if (!is_started_) return base::Instant::max();
    return std::min({base::after(last_look_, terms_.stall_timeout / kLooks),
                     base::after(last_progress_, terms_.stall_timeout), rate_.next_look()});
  }
  /// Checks the client if a check is due. Returns true if the client has acknowledged nothing for
  /// too long, or too few bytes.
  [[nodiscard]] bool was_too_slow(base::Instant now, const net::Stream& stream) {
    if (now < next_look()) return false;
    last_look_ = now;
    const std::uint64_t acknowledged = delivery_.look(stream);
    if (acknowledged > 0) last_progress_ = now;
    rate_.add(acknowledged);
    return now >= base::after(last_progress_, terms_.stall_timeout) ||
           rate_.was_too_slow(now, terms_.min_rate);
  }

 private:
  static constexpr base::Duration kWindow = std::chrono::seconds(60);
  static constexpr int kLooks = 4;

  Terms terms_{};
  base::Instant last_progress_{};
  base::Instant last_look_{};
  RateMonitor rate_;
  net::Delivery delivery_;
  bool is_started_ = false;
};

}  // namespace mastic::server
