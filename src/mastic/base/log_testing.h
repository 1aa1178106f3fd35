// A log for tests: keeps what it is given.

#pragma once

#include <string>
#include <vector>

#include "mastic/base/log_format.h"

namespace mastic::base {

/// Lines as append_log_text makes them. One thread only.
class RecordingLog final : public Log {
 public:
  using Log::write;
  void write(const LogRecord& record) noexcept override {
    append_log_text(lines.emplace_back(), record);
  }
  [[nodiscard]] bool takes(Level level, std::string_view) const noexcept override {
    return level >= least;
  }
  std::vector<std::string> lines;
  Level least = Level::Debug;
};

}  // namespace mastic::base
