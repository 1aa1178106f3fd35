// Which messages are kept: a least level in general, and of single loggers.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/log.h"
#include "mastic/base/result.h"

namespace mastic::base {

/// `info` in general, unless it is told otherwise. A value; read from every thread.
class LogLevels {
 public:
  LogLevels() = default;
  /// From words like `warning` and `store=debug`, of which later ones count more. Fails at the
  /// first that is none.
  [[nodiscard]] static Result<LogLevels> parse(std::span<const std::string> words);

  [[nodiscard]] bool takes(Level level, std::string_view logger) const;

 private:
  [[nodiscard]] Result<void> set(std::string_view word);

  Level general_ = Level::Info;
  std::vector<std::pair<std::string, Level>> own_;  ///< of single loggers, in order
};

}  // namespace mastic::base
