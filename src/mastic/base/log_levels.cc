#include "mastic/base/log_levels.h"

#include <optional>
#include <ranges>

namespace mastic::base {
namespace {

std::optional<Level> parse_level(std::string_view word) {
  for (const Level level : {Level::Debug, Level::Info, Level::Warning, Level::Error}) {
    if (word == to_string(level)) return level;
  }
  return std::nullopt;
}

}  // namespace

Result<LogLevels> LogLevels::parse(std::span<const std::string> words) {
  LogLevels levels;
  for (const std::string& word : words) {
    if (const auto done = levels.set(word); !done) return std::unexpected(done.error());
  }
  return levels;
}

Result<void> LogLevels::set(std::string_view word) {
  const std::size_t equals = word.find('=');
  const bool is_own = equals != word.npos;
  const std::string_view logger = is_own ? word.substr(0, equals) : std::string_view();
  const auto level = parse_level(is_own ? word.substr(equals + 1) : word);
  if (!level || (is_own && logger.empty())) {
    return fail("'", word,
                "' is not a level; write debug, info, warning or error, or LOGGER=LEVEL");
  }
  if (is_own) {
    own_.emplace_back(logger, *level);
  } else {
    general_ = *level;
  }
  return {};
}

bool LogLevels::takes(Level level, std::string_view logger) const {
  // Backwards, because later words override earlier ones.
  for (const auto& [name, least] : std::views::reverse(own_)) {
    if (name == logger) return level >= least;
  }
  return level >= general_;
}

}  // namespace mastic::base
