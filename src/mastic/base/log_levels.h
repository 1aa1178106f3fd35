// Which messages are kept: those at or above a level, in general and for single loggers.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mastic/base/log.h"
#include "mastic/base/result.h"

namespace mastic::base {

/// The lowest level that is kept, in general and per logger; `info` by default. Several threads may
/// read the same object.
class LogLevels {
 public:
  LogLevels() = default;
  /// Reads words like `warning` and `store=debug`; a later word overrides an earlier one. Fails at
  /// the first word that is not a level.
  [[nodiscard]] static Result<LogLevels> parse(std::span<const std::string> words);

  /// Whether messages of this level and logger are kept.
  [[nodiscard]] bool takes(Level level, std::string_view logger) const;

 private:
  [[nodiscard]] Result<void> set(std::string_view word);

  Level general_ = Level::Info;
  /// The levels of single loggers, in the order given.
  std::vector<std::pair<std::string, Level>> own_;
};

}  // namespace mastic::base
