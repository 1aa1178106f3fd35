// Writes lines to a file without making anyone wait for it.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "mastic/base/log.h"
#include "mastic/base/units.h"
#include "mastic/threads/log_file.h"

namespace mastic::threads {

/// Keeps lines until a thread of its own has written them. When the file cannot keep up, or the
/// disk is full, lines are dropped and counted. Before it writes it looks, a few times a second at
/// most, whether the file was rotated (LogFile::follow).
class LogWriter final : public base::LineSink {
 public:
  static constexpr std::size_t kMostWaitingBytes = 4 << 20;

  /// Is told, in the thread of the writer, that lines were lost or that the file cannot be written
  /// or opened anew; what it returns goes into the file as a line of its own. May return nothing.
  using Report = std::function<std::string(std::string_view trouble)>;

  /// Lines are collected for `linger`, unless many wait, so that a busy log costs few calls;
  /// without it each leaves at once.
  explicit LogWriter(LogFile file, base::Duration linger = {}, Report report = {});
  /// Writes what waits, then ends.
  ~LogWriter() override;

  void write(std::string_view line) noexcept override;
  /// Has the path opened anew at once, when it names another file or none by now.
  void reopen() noexcept;
  /// Waits until what was asked for before is done, or for `longest`; says which.
  bool flush(base::Duration longest);
  /// Lines that were lost so far.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kManyBytes = 64 << 10;  // wakes the thread at once

  // In the thread.
  void run();
  void follow(bool at_once) noexcept;
  void write_out(std::string_view lines) noexcept;
  void report_losses();
  void report(const std::string& trouble);

  LogFile file_;
  const base::Duration linger_;
  const Report report_;
  base::Instant followed_{};         ///< when it was looked for a rotation
  bool cannot_write_ = false;        ///< and it was reported
  bool cannot_reopen_ = false;       ///< and it was reported
  std::uint64_t reported_lost_ = 0;  ///< of `dropped_`

  std::mutex mutex_;  ///< of what follows
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::string waiting_;
  bool writing_ = false;
  bool flushing_ = false;
  bool reopening_ = false;
  bool stopping_ = false;
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

}  // namespace mastic::threads
