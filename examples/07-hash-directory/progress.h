// The progress of the work, and a bar that shows it on a terminal.

#pragma once

#include <mastic/threads/thread.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

/// The threads that hash count up; the thread of the bar reads.
struct Progress {
  std::uint64_t all_bytes = 0;  ///< set before the work begins
  std::uint64_t all_files = 0;  ///< set before the work begins
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> files{0};
};

/// The bar as a line: "[#####.....]  50 %  3 of 6 files  1.2 MB".
[[nodiscard]] std::string draw(const Progress& progress);

/// Draws the bar on standard error, ten times a second, on its own thread. The destructor removes
/// the line.
class ProgressBar {
 public:
  explicit ProgressBar(const Progress& progress);

 private:
  std::jthread thread_;
};
