// The interfaces of logs, and what a message is.

#pragma once

#include <span>
#include <string_view>

namespace mastic::base {

/// How serious a message is, from least to most.
enum class Level { Debug, Info, Warning, Error };
/// The name of a level, as the log and its options write it: "warning".
[[nodiscard]] std::string_view to_string(Level level);

/// A named value that a message carries for machines.
struct LogField {
  std::string_view name;   ///< such as "route"
  std::string_view value;  ///< the value as text
};

/// One message. Its views need to live only until the call that takes it returns.
struct LogRecord {
  Level level = Level::Info;           ///< how serious the message is
  std::string_view logger = "server";  ///< the part that logs: `server`, `app`, or a part of these
  std::string_view message;            ///< any text; the log escapes it
  std::span<const LogField> fields = {};  ///< named values for machines
};

/// Takes messages for the people who run the server. Callable from every thread; it never blocks
/// and never throws.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(const LogRecord& record) noexcept = 0;
  /// Whether the log keeps messages of this level and logger. If it does not, do not compose them.
  [[nodiscard]] virtual bool takes(Level, std::string_view /*logger*/) const noexcept {
    return true;
  }

  /// Writes a message of the server itself.
  void write(Level level, std::string_view message) noexcept {
    write(LogRecord{.level = level, .message = message});
  }
};

/// Takes finished lines, such as those of an access log. Callable from every thread; it never
/// blocks and never throws: lines that it cannot keep are dropped and counted.
class LineSink {
 public:
  virtual ~LineSink() = default;
  /// Takes one line, which ends with its line feed.
  virtual void write(std::string_view line) noexcept = 0;
};

}  // namespace mastic::base
