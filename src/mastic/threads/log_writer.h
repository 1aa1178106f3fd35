// Writes lines to a file without making anyone wait for it.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "mastic/base/descriptor.h"
#include "mastic/base/log.h"
#include "mastic/base/result.h"

namespace mastic::threads {

/// Collects lines and has a thread of its own write them, a few times a second or when many wait.
/// When the file cannot keep up, or the disk is full, lines are dropped and counted.
class LogWriter final : public base::LineSink {
 public:
  static constexpr std::size_t kMostWaitingBytes = 4 << 20;

  /// Opens `path` for appending, and makes it when it is not there; "-" is standard output.
  [[nodiscard]] static base::Result<std::unique_ptr<LogWriter>> open(base::Kernel& kernel,
                                                                     const std::string& path);
  /// Writes what waits, then ends.
  ~LogWriter() override;

  void write(std::string_view line) noexcept override;
  /// Waits until what was written before is in the file, or for `longest`; says which.
  bool flush(std::chrono::milliseconds longest);
  /// Lines that were lost so far.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  LogWriter(base::Kernel& kernel, int fd, base::Descriptor owned);
  static constexpr std::size_t kManyBytes = 64 << 10;  // wakes the thread at once

  void run();
  /// True when all of `lines` is in the file.
  bool write_out(std::string_view lines);

  base::Kernel& kernel_;
  int fd_;
  base::Descriptor owned_;  ///< of a file; standard output stays open
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::string waiting_;
  bool writing_ = false;
  bool flushing_ = false;
  bool stopping_ = false;
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

}  // namespace mastic::threads
