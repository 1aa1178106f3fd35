// A kernel whose time passes when a test says so, or when there is nothing else to do.

#pragma once

#include <atomic>

#include "mastic/base/forwarding_kernel.h"

namespace mastic::testing {

/// The real kernel but for its clocks. A loop that waits for a timer goes on at once, and finds that
/// the time has passed; so handlers that sleep for an hour are tested in no time.
///
/// Both clocks begin at the time of the system's, and pass together. Callable from any thread.
class TestKernel final : public base::ForwardingKernel {
 public:
  TestKernel();

  /// Lets time pass on both clocks.
  void advance(base::Duration time) { passed_ += time.count(); }
  /// Sets the time of day, as an operator does; the monotonic clock does not notice.
  void set_wall(base::WallTime time);

  base::Instant monotonic_now() override;
  std::int64_t unix_seconds() override;
  base::WallTime wall_now() override;
  int epoll_wait(int epoll, std::span<epoll_event> events, int timeout_ms) override;

 private:
  [[nodiscard]] base::Duration passed() const { return base::Duration(passed_.load()); }

  const base::Instant start_;
  std::atomic<base::Duration::rep> passed_{0};   ///< since the start
  std::atomic<base::WallTime::rep> wall_start_;  ///< the time of day when nothing had passed
};

}  // namespace mastic::testing
