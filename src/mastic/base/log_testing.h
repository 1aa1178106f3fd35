// A log for tests: keeps what it is given.

#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "mastic/base/log_format.h"

namespace mastic::base {

/// Lines as append_log_text makes them. Written by any thread; `lines` is for when none does.
class RecordingLog final : public Log {
 public:
  using Log::write;
  void write(const LogRecord& record) noexcept override {
    const std::lock_guard lock(mutex_);
    append_log_text(lines.emplace_back(), record);
  }
  /// All lines so far, while others may write.
  [[nodiscard]] std::string text() {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const std::string& line : lines) text.append(line).append("\n");
    return text;
  }
  [[nodiscard]] bool takes(Level level, std::string_view) const noexcept override {
    return level >= least;
  }
  std::vector<std::string> lines;
  Level least = Level::Debug;

 private:
  std::mutex mutex_;
};

}  // namespace mastic::base
