// Whether bytes flow fast enough, over windows of time.

#pragma once

#include <cstdint>

#include "mastic/base/units.h"

namespace mastic::server {

/// Counts bytes; at the end of each window says whether there were enough of them. Time while it is
/// paused does not count.
class RateMonitor {
 public:
  /// The first window begins after `grace`.
  void start(base::Instant now, base::Duration grace, base::Duration window) {
    bytes_ = 0;
    window_ = window;
    window_end_ = base::after(base::after(now, grace), window);
    state_ = State::Running;
  }
  void stop() { state_ = State::Stopped; }
  void pause(base::Instant now) {
    if (state_ != State::Running) return;
    state_ = State::Paused;
    left_ = window_end_ - now;
  }
  void resume(base::Instant now) {
    if (state_ != State::Paused) return;
    state_ = State::Running;
    window_end_ = base::after(now, left_);
  }
  [[nodiscard]] bool is_started() const { return state_ != State::Stopped; }
  void add(std::uint64_t bytes) { bytes_ += bytes; }

  /// When to look next; the end of time when it is stopped or paused.
  [[nodiscard]] base::Instant next_look() const {
    return state_ == State::Running ? window_end_ : base::Instant::max();
  }
  /// Whether a window ended in which fewer than `rate` bytes a second came; begins the next one.
  [[nodiscard]] bool was_too_slow(base::Instant now, std::uint64_t rate) {
    if (now < next_look()) return false;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(window_).count();
    const bool slow = bytes_ < rate * static_cast<std::uint64_t>(seconds);
    bytes_ = 0;
    window_end_ = base::after(now, window_);
    return slow;
  }

 private:
  enum class State : std::uint8_t { Stopped, Running, Paused };
  base::Instant window_end_{};
  base::Duration window_{};
  base::Duration left_{};  ///< of the window, while paused
  std::uint64_t bytes_ = 0;
  State state_ = State::Stopped;
};

}  // namespace mastic::server
