// Writes lines to a file without making anyone wait for it.

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

/// Keeps lines until a thread of its own has written them. When the file cannot keep up, or the
/// disk is full, lines are dropped and counted. Before it writes it looks, a few times a second at
/// most, whether the file was rotated (LogFile::follow).
///
/// A pipe that nobody reads, or a disk that hangs, holds that thread and nobody else: also at its
/// end the writer is waited for no longer than `longest_end`, and then left to itself.
class LogWriter final : public base::LineSink {
 public:
  static constexpr std::size_t kMaxWaitingBytes = 4 << 20;

  /// Is told, in the thread of the writer, that lines were lost or that the file cannot be written
  /// or opened anew; what it returns goes into the file as a line of its own. May return nothing.
  using Report = std::function<std::string(std::string_view trouble)>;

  struct Options {
    /// Lines are collected for so long, unless many wait, so that a busy log costs few calls;
    /// without it each leaves at once.
    base::Duration linger{};
    Report report = {};
    /// How long the destructor waits until what is left is written.
    base::Duration longest_end = std::chrono::seconds(5);
  };

  /// Throws std::system_error when the system has no thread for it.
  LogWriter(LogFile file, Options options);
  explicit LogWriter(LogFile file) : LogWriter(std::move(file), Options()) {}
  /// Writes what waits, then ends; what could not be written in time is lost.
  ~LogWriter() override;

  void write(std::string_view line) noexcept override;
  /// Has the path opened anew at once, when it names another file or none by now.
  void reopen() noexcept;
  /// Waits until what was asked for before is done, or for `longest`; says which.
  bool flush(base::Duration longest);
  /// Lines that were lost so far.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  class Work;

  const base::Duration longest_end_;
  const std::shared_ptr<Work> work_;  ///< shared with the thread, which may be left to itself
  std::thread thread_;
};

}  // namespace mastic::threads
