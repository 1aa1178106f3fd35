#include "mastic/json/json.h"

#include "mastic/base/date.h"

namespace mastic::json {

void detail::write_field_name(std::string& out, char before, std::string_view name) {
  const std::size_t size = out.size();
  const std::size_t after = size + name.size() + 4;
  // The size is a capture, because GCC 12 passes the capacity instead of it.
  out.resize_and_overwrite(after, [&](char* text, std::size_t) {
    char* at = text + size;
    *at++ = before;
    *at++ = '"';
    at += name.copy(at, name.size());
    *at++ = '"';
    *at = ':';
    return after;
  });
}

bool JsonType<bool>::read(const JsonValue& value, bool& into, JsonReading& reading) {
  if (!value.is(JsonValue::Kind::Bool)) return reading.fail(value, "true or false");
  into = value.boolean();
  return true;
}

void JsonType<std::chrono::sys_seconds>::write(std::string& out, std::chrono::sys_seconds value) {
  out.append("\"").append(base::format_iso_time(value.time_since_epoch().count())).append("\"");
}

bool JsonType<std::chrono::sys_seconds>::read(const JsonValue& value,
                                              std::chrono::sys_seconds& into,
                                              JsonReading& reading) {
  const auto seconds =
      value.is(JsonValue::Kind::String) ? base::parse_iso_time(value.text()) : std::nullopt;
  if (!seconds) return reading.fail(value, "a time such as \"2026-11-21T20:33:01Z\"");
  into = std::chrono::sys_seconds(std::chrono::seconds(*seconds));
  return true;
}

}  // namespace mastic::json
