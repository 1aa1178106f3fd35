// Where messages go: interfaces, and the plain one that writes to a descriptor.

#pragma once

#include <string_view>

#include "mastic/base/kernel.h"

namespace mastic::base {

enum class Level { Debug, Info, Warning, Error };
[[nodiscard]] std::string_view to_string(Level level);

/// Takes messages for people who run the server. Callable from every thread; never throws.
class Log {
 public:
  virtual ~Log() = default;
  /// `message` is one line without its end. What came from outside must be escaped already.
  virtual void write(Level level, std::string_view message) noexcept = 0;
};

/// Takes finished lines, such as those of an access log. Callable from every thread; never blocks
/// and never throws: what cannot be kept is dropped and counted.
class LineSink {
 public:
  virtual ~LineSink() = default;
  /// `line` ends with its line feed.
  virtual void write(std::string_view line) noexcept = 0;
};

/// One line per message, `2026-11-21T20:33:01Z warning: ...`, written at once.
class DescriptorLog final : public Log {
 public:
  DescriptorLog(Kernel& kernel, int fd, Level least = Level::Info)
      : kernel_(kernel), fd_(fd), least_(least) {}
  void write(Level level, std::string_view message) noexcept override;

 private:
  Kernel& kernel_;
  int fd_;
  Level least_;
};

}  // namespace mastic::base
