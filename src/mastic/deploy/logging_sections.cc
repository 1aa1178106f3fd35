#include "mastic/deploy/logging_sections.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mastic/base/text.h"

namespace mastic::deploy {
namespace {

/// Python's levels, and ours. NOTSET stands for everything at the root, and for the level of the
/// root elsewhere.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kPythonLevels{
    {{"CRITICAL", "error"},
     {"FATAL", "error"},
     {"ERROR", "error"},
     {"WARNING", "warning"},
     {"WARN", "warning"},
     {"INFO", "info"},
     {"DEBUG", "debug"},
     {"NOTSET", ""}}};

class LoggerReader {
 public:
  LoggerReader(const IniFile& file, base::OptionTable& table, Diagnostics& diagnostics)
      : file_(file), table_(table), diagnostics_(diagnostics) {}

  void read(std::string_view name, const base::Origin& listed) {
    const IniSection* const section = file_.find("logger_" + std::string(name));
    if (section == nullptr) {
      diagnostics_.error(listed, "[loggers] lists '" + std::string(name) +
                                     "', but there is no section [logger_" + std::string(name) +
                                     "]");
      return;
    }
    const IniEntry* const entry = section->find("level");
    if (entry == nullptr) return;
    const base::Origin origin = file_.origin(entry->line);
    const auto level = level_of(base::trim(entry->value), origin);
    if (!level) return;
    if (name == "root") return set(std::string(level->empty() ? "debug" : *level), origin);
    if (level->empty()) return;
    const IniEntry* const qualname = section->find("qualname");
    const std::string_view logger = qualname == nullptr ? name : base::trim(qualname->value);
    set(std::string(logger).append("=").append(*level), origin);
  }

 private:
  std::optional<std::string_view> level_of(std::string_view word, const base::Origin& origin) {
    const auto known =
        std::ranges::find(kPythonLevels, word, &decltype(kPythonLevels)::value_type::first);
    if (known != kPythonLevels.end()) return known->second;
    diagnostics_.error(origin, "'" + std::string(word) +
                                   "' is not a level of a logger; write DEBUG, INFO, WARNING, "
                                   "ERROR, CRITICAL or NOTSET");
    return std::nullopt;
  }
  void set(std::string_view level, const base::Origin& origin) {
    if (auto done = table_.set("log_level", level, origin); !done) {
      diagnostics_.error(origin, done.error().message);
    }
  }

  const IniFile& file_;
  base::OptionTable& table_;
  Diagnostics& diagnostics_;
};

}  // namespace

void read_logging(const IniFile& file, base::OptionTable& table, Diagnostics& diagnostics) {
  for (const auto& [name, instead] :
       {std::pair("handlers", "log_file says where messages go"),
        std::pair("formatters", "log_format says how messages are written")}) {
    const IniSection* const section = file.find(name);
    if (section == nullptr) continue;
    diagnostics.note(file.origin(section->line), "[" + section->name +
                                                     "] has no meaning here: the option " +
                                                     instead + " (only levels are taken over)");
  }
  const IniSection* const loggers = file.find("loggers");
  if (loggers == nullptr) return;
  const IniEntry* const keys = loggers->find("keys");
  if (keys == nullptr) {
    diagnostics.error(file.origin(loggers->line),
                      "[loggers] has no 'keys'; write keys = root, NAME");
    return;
  }
  LoggerReader reader(file, table, diagnostics);
  std::unordered_set<std::string_view> known;
  std::string_view rest = keys->value;
  while (!rest.empty()) {
    const std::string_view name = base::trim(base::take_until(rest, ','));
    if (!name.empty() && known.insert(name).second) reader.read(name, file.origin(keys->line));
  }
}

}  // namespace mastic::deploy
