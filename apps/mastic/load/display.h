// Shows the progress of a load on standard error, if that is a terminal.
//
// On a terminal that cannot move its cursor (TERM=dumb), each second adds a line; on others two lines
// are redrawn.

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <utility>

#include "apps/mastic/load/generator.h"
#include "apps/mastic/load/progress.h"

namespace mastic::load {

/// How a text on the stream with this number may look: its width, and the characters of the locale.
[[nodiscard]] Look look_of(int stream);

/// The display of one run.
class Display {
 public:
  /// `options` must outlive it. Shows nothing if `is_wanted` is false or standard error is no terminal.
  Display(const Options& options, bool is_wanted, bool has_colours);
  /// Clears what is shown.
  ~Display();
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;

  /// Whether anything is shown.
  [[nodiscard]] bool is_shown() const { return is_shown_; }
  /// Shows the result so far.
  void show(const Result& so_far, bool is_warm);

 private:
  [[nodiscard]] Progress progress_of(const Result& so_far, bool is_warm);

  using Clock = std::chrono::steady_clock;

  const Options& options_;
  const bool is_shown_;
  const bool is_dumb_;
  const bool has_colours_;
  bool is_drawn_ = false;
  Clock::time_point next_line_;
  std::deque<std::pair<Clock::time_point, std::uint64_t>> counts_;  // of the last second
};

}  // namespace mastic::load
