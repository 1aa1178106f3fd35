// The functions that all logs of an application have: debug, info, warning and error.

#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "mastic/base/log.h"

namespace mastic::app {

/// A part of a message: text, a number or a bool.
template <class T>
concept LogPart = std::convertible_to<const T&, std::string_view> || std::is_arithmetic_v<T>;

/// Gives the class `Self` the functions of a log. `Self` derives from LogVerbs<Self> and has
/// `takes(level)`, `write(level, message)` and `write_briefly(level, message)`. The last is called
/// when there is no memory to compose a message, so it must not throw and should not allocate.
/// `Self` may keep these members private and make LogVerbs a friend. No message is composed when
/// `takes` returns false.
template <class Self>
class LogVerbs {
 public:
  /// Writes a message of level debug: the `parts`, one after the other.
  template <LogPart... Parts>
  void debug(const Parts&... parts) const noexcept {
    say(base::Level::Debug, parts...);
  }
  /// Writes a message of level info.
  template <LogPart... Parts>
  void info(const Parts&... parts) const noexcept {
    say(base::Level::Info, parts...);
  }
  /// Writes a message of level warning.
  template <LogPart... Parts>
  void warning(const Parts&... parts) const noexcept {
    say(base::Level::Warning, parts...);
  }
  /// Writes a message of level error.
  template <LogPart... Parts>
  void error(const Parts&... parts) const noexcept {
    say(base::Level::Error, parts...);
  }

 private:
  friend Self;  // only Self may derive from it
  LogVerbs() = default;

  template <class... Parts>
  void say(base::Level level, const Parts&... parts) const noexcept {
    const Self& self = static_cast<const Self&>(*this);
    if (!self.takes(level)) return;
    try {
      std::string message;
      (append(message, parts), ...);
      self.write(level, message);
    } catch (...) {
      self.write_briefly(level, "a message is missing here: out of memory");
    }
  }
  template <class Part>
  static void append(std::string& message, const Part& part);
};

template <class Self>
template <class Part>
void LogVerbs<Self>::append(std::string& message, const Part& part) {
  if constexpr (std::convertible_to<const Part&, std::string_view>) {
    message.append(std::string_view(part));
  } else if constexpr (std::same_as<Part, bool>) {
    message.append(part ? "true" : "false");
  } else if constexpr (std::same_as<Part, char>) {
    message += part;
  } else {
    char digits[64];  // more than the longest number has
    message.append(digits, std::to_chars(digits, digits + sizeof digits, part).ptr);
  }
}

}  // namespace mastic::app
