// The log, as a request has it.

#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "mastic/base/log.h"

namespace mastic::app {

class Request;

/// What a message is made of: text, numbers and facts.
template <class T>
concept LogPart = std::convertible_to<const T&, std::string_view> || std::is_arithmetic_v<T>;

/// Says something of one request:
///
///     request.log().info("stored ", count, " items");
///     request.log("store").debug("took ", time / 1ms, " ms");
///
/// The message carries the id of the exchange (the reference of its error page), the route, the
/// client, and the trace when the client named one (Request::trace). Nothing is composed when the
/// logger's level leaves it out. Dies with the request; costs nothing to make.
class RequestLog {
 public:
  RequestLog(Request& request, std::string_view logger) : request_(request), logger_(logger) {}

  template <LogPart... Parts>
  void debug(const Parts&... parts) const noexcept {
    say(base::Level::Debug, parts...);
  }
  template <LogPart... Parts>
  void info(const Parts&... parts) const noexcept {
    say(base::Level::Info, parts...);
  }
  template <LogPart... Parts>
  void warning(const Parts&... parts) const noexcept {
    say(base::Level::Warning, parts...);
  }
  template <LogPart... Parts>
  void error(const Parts&... parts) const noexcept {
    say(base::Level::Error, parts...);
  }
  [[nodiscard]] bool takes(base::Level level) const noexcept;

 private:
  template <class... Parts>
  void say(base::Level level, const Parts&... parts) const noexcept {
    if (!takes(level)) return;
    try {
      std::string message;
      (append(message, parts), ...);
      write(level, message);
    } catch (...) {  // out of memory: there is nowhere left to say so
    }
  }
  template <class Part>
  static void append(std::string& message, const Part& part);
  void write(base::Level level, std::string_view message) const;

  Request& request_;
  std::string_view logger_;
};

template <class Part>
void RequestLog::append(std::string& message, const Part& part) {
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
