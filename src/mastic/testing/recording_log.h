// A log that a test reads.

#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "mastic/base/failures.h"
#include "mastic/base/log.h"
#include "mastic/base/log_format.h"

namespace mastic::testing {

/// Keeps every message as a line of text. Messages may come from any thread, because an application
/// may have threads of its own.
class RecordingLog final : public base::Log {
 public:
  using base::Log::write;
  void write(const base::LogRecord& record) noexcept override {
    const base::FailuresPaused paused;
    const std::lock_guard lock(mutex_);
    append_log_text(lines.emplace_back(), record);
    if (record.level == base::Level::Error) errors.push_back(lines.back());
  }
  /// The lines so far. To be read while no other thread logs.
  std::vector<std::string> lines;
  /// Those of the lines that are errors, until they are taken.
  std::vector<std::string> errors;

 private:
  std::mutex mutex_;
};

}  // namespace mastic::testing
