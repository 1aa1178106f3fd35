#include "mastic/base/log_format.h"

#include "mastic/base/date.h"
#include "mastic/base/encoding.h"

namespace mastic::base {
namespace {

constexpr std::size_t kMaxLoggerBytes = 64;
constexpr std::size_t kSpareBytes = 4096;

/// The escape sequences that colour the parts of a line; all are empty unless the line is for a
/// terminal.
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

/// Appends the message. Two blanks end it and begin the fields. Text of a client in the message
/// must not forge a field, so every second blank in a row within the message is escaped.
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

LineLog::LineLog(Kernel& clock, LineSink& sink, LogFormat format, LogLevels levels)
    : clock_(clock), sink_(sink), format_(format), levels_(std::move(levels)) {
  spare_.reserve(kSpareBytes);
}

void LineLog::write(const LogRecord& record) noexcept {
  if (!takes(record.level, record.logger)) return;
  try {
    std::string line;
    append_log_line(line, record, format_, clock_.unix_seconds());
    sink_.write(line);
  } catch (...) {
    write_without_memory(record);
  }
}

/// Writes as much of `record` as fits into the spare line: the beginning of its message, and its
/// first field if that is short, such as the id of a request.
void LineLog::write_without_memory(const LogRecord& record) {
  constexpr std::size_t kMaxMessageBytes = 256;
  constexpr std::size_t kMaxFieldBytes = 64;
  // An escape takes at most six bytes (\u000a). The rest of the buffer is more than what the format
  // adds around message, field and logger.
  static_assert(6 * (kMaxMessageBytes + 2 * kMaxFieldBytes + kMaxLoggerBytes) + 512 <= kSpareBytes);
  LogRecord brief = record;
  brief.message = record.message.substr(0, kMaxMessageBytes);
  const bool fits = !record.fields.empty() && record.fields[0].name.size() <= kMaxFieldBytes &&
                    record.fields[0].value.size() <= kMaxFieldBytes;
  brief.fields = record.fields.first(fits ? 1 : 0);
  const std::lock_guard lock(spare_mutex_);
  append_log_line(spare_, brief, format_, clock_.unix_seconds());
  sink_.write(spare_);
  spare_.clear();
}

}  // namespace mastic::base
