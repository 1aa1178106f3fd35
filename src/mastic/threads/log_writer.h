// Writes lines to a file without making any caller wait for the disk.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "mastic/base/log.h"
#include "mastic/base/units.h"
#include "mastic/threads/log_file.h"

namespace mastic::threads {

/// Keeps lines until its own thread has written them. When the file cannot keep up or the disk is
/// full, lines are dropped and counted. Before writing, but only a few times a second, the thread
/// checks whether the file was rotated (LogFile::follow).
///
/// A pipe that is not being read, or a disk that hangs, blocks the writer's thread and no other.
/// The destructor waits for the thread at most `longest_end`, and then abandons it.
class LogWriter final : public base::LineSink {
 public:
  /// How many bytes of lines may wait to be written; further lines are dropped.
  static constexpr std::size_t kMaxWaitingBytes = 4 << 20;

  /// Called in the writer's thread when lines were lost, or when the file cannot be written or
  /// reopened. The text that it returns is appended to the file, so it should be a line with its
  /// line feed; it may be empty.
  using Report = std::function<std::string(std::string_view trouble)>;

  struct Options {
    /// How long to collect lines before writing them, unless many are waiting. Collecting saves
    /// system calls for a busy log; with zero every line is written at once.
    base::Duration linger{};
    /// Called when there is trouble; may be empty.
    Report report = {};
    /// How long the destructor waits for the remaining lines to be written.
    base::Duration longest_end = std::chrono::seconds(5);
  };

  /// Starts the thread. Throws std::system_error when the system cannot start one.
  LogWriter(LogFile file, Options options);
  explicit LogWriter(LogFile file) : LogWriter(std::move(file), Options()) {}
  /// Writes the lines that are waiting; lines that cannot be written in time are lost.
  ~LogWriter() override;

  /// Takes one line, which ends with a line feed. Callable from any thread; it never waits for the
  /// file.
  void write(std::string_view line) noexcept override;
  /// Makes the thread open the path again now, if the path no longer names the file.
  void reopen() noexcept;
  /// Waits until all lines and `reopen` calls so far are done, at most for `longest`. Returns
  /// whether they are done.
  bool flush(base::Duration longest = base::Duration::max());
  /// How many lines were lost so far.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  class Work;

  const base::Duration longest_end_;
  const std::shared_ptr<Work> work_;  ///< shared with the thread, which may outlive the writer
  std::thread thread_;
};

}  // namespace mastic::threads
