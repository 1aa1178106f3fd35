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

std::string name_of(const base::Endpoint& client) {
  return client.ip.is_none() ? "unix" : client.ip.to_string();
}

std::string_view or_dash(std::string_view text) { return text.empty() ? "-" : text; }

}  // namespace

/// The values of a line. Texts are empty when they are not known.
struct AccessLog::Entry {
  std::string client;
  std::string_view method;
  std::string_view target;
  http::Version version;
  Outcome outcome;
  std::string_view referer;
  std::string_view user_agent;
  std::string id;
  std::string_view reason;  ///< why the request was rejected; empty if it was not
};

std::optional<app::Response> AccessLog::before(Request& request) const {
  // The line is written after the last byte: only then are the number of bytes, the duration and
  // whether the client got everything known. The request lives until its finishers have run.
  request.on_finish([this, &request](const Outcome& outcome) {
    try {
      write({.client = name_of(request.peer()),
             .method = request.method_text(),
             .target = request.target(),
             .version = request.version(),
             .outcome = outcome,
             .referer = request.field(FieldName::Referer).value_or(""),
             .user_agent = request.field(FieldName::UserAgent).value_or(""),
             .id = app::reference_id(request.id())});
    } catch (...) {  // out of memory: this line is lost
    }
  });
  return std::nullopt;
}

void AccessLog::write_rejected(const app::RejectedRequest& rejected) const noexcept {
  try {
    write({.client = name_of(rejected.client),
           .method = rejected.method,
           .target = rejected.target,
           .version = rejected.version,
           .outcome = {.status = rejected.status,
                       .content_bytes = rejected.content_bytes,
                       .complete = true},
           .reason = rejected.reason});
  } catch (...) {  // out of memory: this line is lost
  }
}

void AccessLog::write(const Entry& entry) const {
  sink_->write(format_ == AccessLogFormat::Json ? json_line(entry) : combined_line(entry));
}

/// The two dashes stand for the identity and the user, which the format has and Mastic does not
/// know.
std::string AccessLog::combined_line(const Entry& entry) const {
  std::string line;
  line.reserve(256);
  const auto text = [&](std::string_view words) {
    base::append_log_escaped(line, words, max_field_);
  };
  line += entry.client;
  line += " - - [";
  base::append_log_time(line, kernel_->unix_seconds());
  line += "] \"";
  text(or_dash(entry.method));
  if (!entry.method.empty()) {
    line += ' ';
    text(entry.target);
    line.append(" ").append(to_string(entry.version));
  }
  line += "\" ";
  append_decimal(line, code(entry.outcome.status));
  line += ' ';
  append_decimal(line, entry.outcome.content_bytes);
  line += " \"";
  text(or_dash(entry.referer));
  line += "\" \"";
  text(or_dash(entry.user_agent));
  line += "\" ";
  append_decimal(line, microseconds(entry.outcome.duration));
  line += entry.outcome.complete ? "\n" : " aborted\n";
  return line;
}

/// Each call of `text` closes the string that the call before has left open, and leaves its own
/// string open. So the last string is closed before the numbers at the end.
std::string AccessLog::json_line(const Entry& entry) const {
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
  text("client", entry.client);
  text("method", entry.method);
  text("target", entry.target);
  text("version", to_string(entry.version));
  text("referer", entry.referer);
  text("user_agent", entry.user_agent);
  text("id", entry.id);
  if (!entry.reason.empty()) text("reason", entry.reason);
  line += '"';
  number("status", code(entry.outcome.status));
  number("bytes", entry.outcome.content_bytes);
  number("duration_us", microseconds(entry.outcome.duration));
  line.append(",\"complete\":").append(entry.outcome.complete ? "true" : "false").append("}\n");
  return line;
}

}  // namespace mastic::middleware
