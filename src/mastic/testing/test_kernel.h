// A kernel whose time passes when a test says so, or when there is nothing else to do.

#pragma once

#include "mastic/base/forwarding_kernel.h"

namespace mastic::testing {

/// The real kernel but for its clock. A loop that waits for a timer goes on at once, and finds that
/// the time has passed; so handlers that sleep for an hour are tested in no time.
class TestKernel final : public base::ForwardingKernel {
 public:
  TestKernel();

  void advance(base::Duration time) { now_ += time; }
  base::Instant monotonic_now() override { return now_; }
  std::int64_t unix_seconds() override;
  int epoll_wait(int epoll, std::span<epoll_event> events, int timeout_ms) override;

 private:
  const std::int64_t started_;  ///< seconds since 1970
  const base::Instant start_{};
  base::Instant now_{};
};

}  // namespace mastic::testing
