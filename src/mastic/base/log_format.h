// Messages as lines: text for people, JSON for machines.
//
//     2026-11-21T20:33:01Z warning app: the disk is slow  id=a1c0 route=/hi/{name} client=127.0.0.1
//     {"time":"2026-11-21T20:33:01Z","level":"warning","logger":"app","message":"the disk ...",...}
//
// Whatever a message holds, it stays within its line: control characters are escaped. Messages and
// fields are truncated to a maximum length.

#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "mastic/base/kernel.h"
#include "mastic/base/log.h"
#include "mastic/base/log_levels.h"

namespace mastic::base {

enum class LogFormat {
  Text,
  Colour,  ///< text for a terminal
  Json,    ///< one object per line: time, level, logger, message, and the fields by their names
};

/// The longest message and the longest field that a line holds; longer text is truncated.
inline constexpr std::size_t kMaxLogMessageBytes = 8 << 10;
inline constexpr std::size_t kMaxLogFieldBytes = 1 << 10;

/// Appends the line of a message, with its time and a line feed.
void append_log_line(std::string& out, const LogRecord& record, LogFormat format,
                     std::int64_t unix_seconds);
/// Appends a message as text, without time and line feed: `warning app: the disk is slow  id=a1c0`.
void append_log_text(std::string& out, const LogRecord& record);

/// Writes messages to a sink, as lines. The kernel and the sink must outlive the log. When there is
/// no memory to format a message, it is shortened and still written: the lack of memory is probably
/// what it is about.
class LineLog final : public Log {
 public:
  LineLog(Kernel& clock, LineSink& sink, LogFormat format, LogLevels levels);
  using Log::write;
  void write(const LogRecord& record) noexcept override;
  [[nodiscard]] bool takes(Level level, std::string_view logger) const noexcept override {
    return levels_.takes(level, logger);
  }

 private:
  void write_without_memory(const LogRecord& record);

  Kernel& clock_;
  LineSink& sink_;
  LogFormat format_;
  LogLevels levels_;
  std::mutex spare_mutex_;
  std::string spare_;  ///< a buffer that is allocated from the start; empty between two uses
};

}  // namespace mastic::base
