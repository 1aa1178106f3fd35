// Logging for code that handles a request.

#pragma once

#include <string_view>

#include "mastic/app/log_verbs.h"

namespace mastic::app {

class Request;

/// Writes messages about one request:
///
///     request.log().info("stored ", count, " items");
///     request.log("store").debug("took ", time / 1ms, " ms");
///
/// The message carries the id of the exchange (the reference of its error page), the route, the
/// client, and the trace when the client named one (Request::trace). No message is composed when
/// the level of the logger would drop it. The request must outlive the RequestLog, which costs
/// nothing to make. Code without a request uses an AppLog.
class RequestLog : public LogVerbs<RequestLog> {
 public:
  /// Made by Request::log. `logger` is the name in the messages.
  RequestLog(Request& request, std::string_view logger) : request_(request), logger_(logger) {}

  /// Whether messages of this level are kept. Call `takes` before computing something costly for a
  /// message.
  [[nodiscard]] bool takes(base::Level level) const noexcept;
  /// Writes `message` with the id of the exchange and no other field. Allocates nothing.
  void write_briefly(base::Level level, std::string_view message) const noexcept;

 private:
  friend LogVerbs;
  void write(base::Level level, std::string_view message) const;

  Request& request_;
  std::string_view logger_;
};

}  // namespace mastic::app
