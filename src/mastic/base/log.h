// Where messages go: interfaces, and what a message is.

#pragma once

#include <span>
#include <string_view>

namespace mastic::base {

enum class Level { Debug, Info, Warning, Error };
[[nodiscard]] std::string_view to_string(Level level);

/// A fact that a message carries for machines.
struct LogField {
  std::string_view name;
  std::string_view value;
};

/// One message. Views live as long as the call that they are given to.
struct LogRecord {
  Level level = Level::Info;
  std::string_view logger = "server";  ///< who says it: `server`, `app`, or a part of either
  std::string_view message;            ///< any text: whoever makes a line of it escapes it
  std::span<const LogField> fields = {};
};

/// Takes messages for people who run the server. Callable from every thread; never blocks and never
/// throws.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(const LogRecord& record) noexcept = 0;
  /// Whether it keeps such messages; composing others is in vain.
  [[nodiscard]] virtual bool takes(Level, std::string_view /*logger*/) const noexcept {
    return true;
  }

  /// A message of the server itself.
  void write(Level level, std::string_view message) noexcept {
    write(LogRecord{.level = level, .message = message});
  }
};

/// Takes finished lines, such as those of an access log. Callable from every thread; never blocks
/// and never throws: what cannot be kept is dropped and counted.
class LineSink {
 public:
  virtual ~LineSink() = default;
  /// `line` ends with its line feed.
  virtual void write(std::string_view line) noexcept = 0;
};

}  // namespace mastic::base
