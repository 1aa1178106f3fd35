#include "mastic/base/log.h"

#include <string>

#include "mastic/base/date.h"

namespace mastic::base {

std::string_view to_string(Level level) {
  switch (level) {
    case Level::Debug:
      return "debug";
    case Level::Info:
      return "info";
    case Level::Warning:
      return "warning";
    case Level::Error:
      return "error";
  }
  return "?";
}

void DescriptorLog::write(Level level, std::string_view message) noexcept {
  if (level < least_) return;
  try {
    std::string line = format_iso_time(kernel_.unix_seconds());
    line.append(" ").append(to_string(level)).append(": ").append(message).append("\n");
    kernel_.write(fd_, line.data(), line.size());
  } catch (...) {  // out of memory: there is nowhere left to say so
  }
}

}  // namespace mastic::base
