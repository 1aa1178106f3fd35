// Whether bytes arrive fast enough, measured over windows of time.

#pragma once

#include <cstdint>

#include "mastic/base/units.h"

namespace mastic::server {

/// Counts bytes, and reports at the end of each window whether there were enough. Time during which
/// the monitor is paused does not count.
class RateMonitor {
 public:
  /// Starts to count. The first window begins after `grace`.
  void start(base::Instant now, base::Duration grace, base::Duration window) {
    bytes_ = 0;
    window_ = window;
    window_end_ = base::after(base::after(now, grace), window);
    state_ = State::Running;
  }
  /// Stops counting.
  void stop() { state_ = State::Stopped; }
  /// Stops the clock of the current window.
  void pause(base::Instant now) {
    if (state_ != State::Running) return;
    state_ = State::Paused;
    left_ = window_end_ - now;
  }
  /// Starts the clock of the current window again.
  void resume(base::Instant now) {
    if (state_ != State::Paused) return;
    state_ = State::Running;
    window_end_ = base::after(now, left_);
  }
  /// Whether the monitor was started and has not been stopped.
  [[nodiscard]] bool is_started() const { return state_ != State::Stopped; }
  /// Counts bytes.
  void add(std::uint64_t bytes) { bytes_ += bytes; }

  /// When to call `was_too_slow` next; Instant::max() when stopped or paused.
  [[nodiscard]] base::Instant next_look() const {
    return state_ == State::Running ? window_end_ : base::Instant::max();
  }
  /// Whether a window has ended with fewer than `rate` bytes per second. Begins the next window.
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
  base::Duration left_{};  ///< rest of the window, while paused
  std::uint64_t bytes_ = 0;
  State state_ = State::Stopped;
};

}  // namespace mastic::server
