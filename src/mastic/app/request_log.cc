#include "mastic/app/request_log.h"

#include <array>
#include <span>

#include "mastic/app/error_response.h"
#include "mastic/app/request.h"

namespace mastic::app {

bool RequestLog::takes(base::Level level) const noexcept {
  return request_.exchange().log().takes(level, logger_);
}

void RequestLog::write(base::Level level, std::string_view message) const {
  const std::string id = reference_id(request_.id());
  const std::string client = request_.peer().ip.is_none() ? "unix" : request_.peer().ip.to_string();
  const auto trace = request_.trace();
  const std::string trace_text = trace ? trace->trace_text() : std::string();

  std::array<base::LogField, 4> fields;
  std::size_t count = 0;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) fields[count++] = {name, value};
  };
  add("id", id);
  add("route", request_.route());
  add("client", client);
  add("trace", trace_text);
  request_.exchange().log().write({level, logger_, message, std::span(fields).first(count)});
}

void RequestLog::write_briefly(base::Level level, std::string_view message) const noexcept {
  std::string id = reference_id(request_.id());  // short enough to need no allocation
  const base::LogField field{"id", id};
  request_.exchange().log().write({level, logger_, message, {&field, 1}});
}

}  // namespace mastic::app
