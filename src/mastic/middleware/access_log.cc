#include "mastic/middleware/access_log.h"

#include <string>

#include "mastic/app/error_response.h"
#include "mastic/base/date.h"
#include "mastic/base/encoding.h"
#include "mastic/base/text.h"

namespace mastic::middleware {
namespace {

using app::Outcome;
using app::Request;
using base::append_decimal;
using http::FieldName;

std::uint64_t microseconds(base::Duration duration) {
  using std::chrono::microseconds;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<microseconds>(duration).count());
}

}  // namespace

std::optional<app::Response> AccessLog::before(Request& request) const {
  request.on_finish([this, &request](const Outcome& outcome) { write(request, outcome); });
  return std::nullopt;
}

void AccessLog::write(const Request& request, const Outcome& outcome) const noexcept {
  try {
    sink_->write(format_ == AccessLogFormat::Json ? json_line(request, outcome)
                                                  : combined_line(request, outcome));
  } catch (...) {  // out of memory: this line is lost
  }
}

std::string AccessLog::combined_line(const Request& request, const Outcome& outcome) const {
  std::string line;
  line.reserve(256);
  const auto quoted = [&](std::string_view text) {
    line += " \"";
    base::append_log_escaped(line, text, max_field_);
    line += '"';
  };
  line += request.peer().ip.is_none() ? "unix" : request.peer().ip.to_string();
  line += " - - [";
  base::append_log_time(line, kernel_->unix_seconds());
  line += "] \"";
  base::append_log_escaped(line, request.method_text(), max_field_);
  line += ' ';
  base::append_log_escaped(line, request.target(), max_field_);
  line.append(" ").append(to_string(request.version())).append("\" ");
  append_decimal(line, code(outcome.status));
  line += ' ';
  append_decimal(line, outcome.content_bytes);
  quoted(request.field(FieldName::Referer).value_or("-"));
  quoted(request.field(FieldName::UserAgent).value_or("-"));
  line += ' ';
  append_decimal(line, microseconds(outcome.duration));
  line += outcome.complete ? "\n" : " aborted\n";
  return line;
}

std::string AccessLog::json_line(const Request& request, const Outcome& outcome) const {
  std::string line = "{\"time\":\"";
  base::append_iso_time(line, kernel_->unix_seconds());
  const auto text = [&](std::string_view name, std::string_view value) {
    line.append("\",\"").append(name).append("\":\"");
    base::append_json_escaped(line, value.substr(0, max_field_));
    if (value.size() > max_field_) line += "...";
  };
  const auto number = [&](std::string_view name, std::uint64_t value) {
    line.append(",\"").append(name).append("\":");
    append_decimal(line, value);
  };
  text("client", request.peer().ip.is_none() ? "unix" : request.peer().ip.to_string());
  text("method", request.method_text());
  text("target", request.target());
  text("version", to_string(request.version()));
  text("referer", request.field(FieldName::Referer).value_or(""));
  text("user_agent", request.field(FieldName::UserAgent).value_or(""));
  text("id", app::reference_id(request.id()));
  line += '"';
  number("status", code(outcome.status));
  number("bytes", outcome.content_bytes);
  number("duration_us", microseconds(outcome.duration));
  line.append(",\"complete\":").append(outcome.complete ? "true" : "false").append("}\n");
  return line;
}

}  // namespace mastic::middleware
