// How far the work is, and a bar that shows it on a terminal.

#pragma once

#include <mastic/threads/thread.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

/// Counted by the threads that work, read by the one that shows it.
struct Progress {
  std::uint64_t all_bytes = 0;  ///< set before the work begins
  std::uint64_t all_files = 0;
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> files{0};
};

/// "[#####.....]  50 %  3 of 6 files  1.2 MB"
[[nodiscard]] std::string draw(const Progress& progress);

/// Shows it on standard error, ten times a second, from a thread of its own; takes the line away at
/// the end.
class ProgressBar {
 public:
  explicit ProgressBar(const Progress& progress);

 private:
  std::jthread thread_;
};
