// A log for tests, which keeps all messages.

#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "mastic/base/log_format.h"

namespace mastic::base {

/// Keeps messages as append_log_text writes them. Any thread may write; read `lines` directly only
/// when no other thread does.
class RecordingLog final : public Log {
 public:
  using Log::write;
  void write(const LogRecord& record) noexcept override {
    const std::lock_guard lock(mutex_);
    append_log_text(lines.emplace_back(), record);
  }
  /// Returns all lines so far. Safe while other threads write.
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
