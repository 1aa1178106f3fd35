// The log, as a request has it.

#pragma once

#include <string_view>

#include "mastic/app/log_verbs.h"

namespace mastic::app {

class Request;

/// Says something of one request:
///
///     request.log().info("stored ", count, " items");
///     request.log("store").debug("took ", time / 1ms, " ms");
///
/// The message carries the id of the exchange (the reference of its error page), the route, the
/// client, and the trace when the client named one (Request::trace). Nothing is composed when the
/// logger's level leaves it out. Dies with the request; costs nothing to make. Code without a
/// request has an AppLog.
class RequestLog : public LogVerbs<RequestLog> {
 public:
  /// Made by Request::log. Messages come from the logger of that name.
  RequestLog(Request& request, std::string_view logger) : request_(request), logger_(logger) {}

  /// Whether messages of this level are kept, for what is costly to find out.
  [[nodiscard]] bool takes(base::Level level) const noexcept;
  /// Says `message` with the id of the exchange and nothing else, which takes no memory.
  void write_briefly(base::Level level, std::string_view message) const noexcept;

 private:
  friend LogVerbs;
  void write(base::Level level, std::string_view message) const;

  Request& request_;
  std::string_view logger_;
};

}  // namespace mastic::app
