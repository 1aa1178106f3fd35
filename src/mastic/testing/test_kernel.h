// A kernel whose clock a test moves, and which jumps to the next timer instead of waiting.

#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <utility>

#include "mastic/base/forwarding_kernel.h"

namespace mastic::testing {

/// The real kernel with clocks of its own. `epoll_wait` does not wait for time: when nothing is
/// ready it moves the clocks by its timeout. So a loop that waits for a timer continues at once,
/// and a handler that sleeps for an hour is tested in no time. While other threads work for the
/// loop (`wait_for_threads`), `epoll_wait` first waits for them, however slow the machine is. It
/// gives up when all of them have slept for a second, because they may wait for the clock or for the
/// loop, and after a minute in any case.
///
/// Both clocks begin at the time of the system and advance together. Callable from any thread.
class TestKernel final : public base::ForwardingKernel {
 public:
  TestKernel();

  /// Moves both clocks forward by `time`.
  void advance(base::Duration time) { passed_ += time.count(); }
  /// Makes `epoll_wait` wait while other threads work for the loop. `count` returns how many
  /// operations of the loop these threads have yet to complete; `patience` is how long they may
  /// sleep. Call this function before the first turn of the loop.
  void wait_for_threads(std::function<int()> count,
                        std::chrono::milliseconds patience = std::chrono::seconds(1)) {
    count_remote_ = std::move(count);
    patience_ = patience;
  }
  /// Sets the time of day, as an operator sets a clock; the monotonic clock stays as it is.
  void set_wall(base::WallTime time);

  base::Instant monotonic_now() override;
  std::int64_t unix_seconds() override;
  base::WallTime wall_now() override;
  int epoll_wait(int epoll, std::span<epoll_event> events, int timeout_ms) override;

 private:
  [[nodiscard]] bool awaits_threads() noexcept;
  [[nodiscard]] int wait_for_event(int epoll, std::span<epoll_event> events);
  [[nodiscard]] base::Duration passed() const { return base::Duration(passed_.load()); }

  const base::Instant start_;
  std::atomic<base::Duration::rep> passed_{0};   ///< the time that both clocks were moved by
  std::atomic<base::WallTime::rep> wall_start_;  ///< the time of day at which passed_ was zero
  std::function<int()> count_remote_;
  std::chrono::milliseconds patience_{0};
  int given_up_ = 0;  ///< this many operations were waited for in vain
};

}  // namespace mastic::testing
