#include "mastic/base/log_format.h"

#include "mastic/base/date.h"
#include "mastic/base/encoding.h"

namespace mastic::base {
namespace {

constexpr std::size_t kMaxLoggerBytes = 64;

/// The escape sequences that colour the parts of a line; all are empty unless it is for a terminal.
struct Paint {
  std::string_view level, faint, plain;
};

Paint paint_for(Level level) {
  constexpr std::string_view kFaint = "\x1b[2m";
  // In the order of Level: faint, green, yellow, red.
  constexpr std::string_view kOf[] = {kFaint, "\x1b[32m", "\x1b[33m", "\x1b[31m"};
  return {kOf[static_cast<std::size_t>(level)], kFaint, "\x1b[0m"};
}

/// `name=value`, in quotes where the value would not end at the next space.
void append_field(std::string& out, const LogField& field) {
  const bool quoted = field.value.empty() || field.value.find_first_of(" =") != field.value.npos;
  out.append(field.name).append(quoted ? "=\"" : "=");
  append_log_escaped(out, field.value, kMaxLogFieldBytes);
  if (quoted) out += '"';
}

/// Appends the message. Two blanks end it and begin the fields, so within the message every second
/// of two is escaped: a message that holds text of a client cannot forge a field.
void append_message(std::string& out, std::string_view message) {
  const std::size_t begin = out.size();
  append_log_text_escaped(out, message, kMaxLogMessageBytes);
  for (std::size_t at = begin; (at = out.find("  ", at)) != out.npos; ++at) {
    out.replace(at + 1, 1, "\\x20");
  }
}

void append_text(std::string& out, const LogRecord& record, const Paint& paint) {
  out.append(paint.level).append(to_string(record.level)).append(paint.plain).append(" ");
  append_log_escaped(out, record.logger, kMaxLoggerBytes);
  out += ": ";
  append_message(out, record.message);
  if (record.fields.empty()) return;
  out.append(" ").append(paint.faint);
  for (const LogField& field : record.fields) {
    out += ' ';
    append_field(out, field);
  }
  out.append(paint.plain);
}

void append_json_member(std::string& out, std::string_view name, std::string_view value,
                        std::size_t most) {
  out += ",\"";
  append_json_escaped(out, name);
  out += "\":\"";
  append_json_escaped(out, value.substr(0, most));
  out.append(value.size() > most ? "...\"" : "\"");
}

void append_json(std::string& out, const LogRecord& record, std::int64_t unix_seconds) {
  out += "{\"time\":\"";
  append_iso_time(out, unix_seconds);
  out.append("\",\"level\":\"").append(to_string(record.level)).append("\"");
  append_json_member(out, "logger", record.logger, kMaxLoggerBytes);
  append_json_member(out, "message", record.message, kMaxLogMessageBytes);
  for (const LogField& field : record.fields) {
    append_json_member(out, field.name, field.value, kMaxLogFieldBytes);
  }
  out += '}';
}

}  // namespace

void append_log_line(std::string& out, const LogRecord& record, LogFormat format,
                     std::int64_t unix_seconds) {
  if (format == LogFormat::Json) {
    append_json(out, record, unix_seconds);
  } else {
    const Paint paint = format == LogFormat::Colour ? paint_for(record.level) : Paint();
    out.append(paint.faint);
    append_iso_time(out, unix_seconds);
    out.append(paint.plain).append(" ");
    append_text(out, record, paint);
  }
  out += '\n';
}

void append_log_text(std::string& out, const LogRecord& record) {
  append_text(out, record, Paint());
}

void LineLog::write(const LogRecord& record) noexcept {
  if (!takes(record.level, record.logger)) return;
  try {
    std::string line;
    append_log_line(line, record, format_, clock_.unix_seconds());
    sink_.write(line);
  } catch (...) {  // out of memory, and a log has nowhere to report that
  }
}

}  // namespace mastic::base
