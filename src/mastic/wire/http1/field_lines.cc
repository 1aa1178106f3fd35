#include "mastic/wire/http1/field_lines.h"

#include "mastic/http/syntax.h"

namespace mastic::wire::http1 {
namespace {

using http::Status;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Visible, blank or opaque: what a value is made of.
bool is_value_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || c == '\t';
}

std::string_view name_fault(std::string_view text, std::size_t line_start, std::size_t stopped_at) {
  const char c = text[stopped_at];
  if (stopped_at == line_start && is_blank(c))
    return "a field line is folded or begins with a blank";
  if (stopped_at == line_start && c == ':') return "a field has no name";
  if (is_blank(c)) return "a blank stands before the colon of a field";
  if (c == '\r') return "a field line has no colon";
  return "a field name has a character that no token has";
}

}  // namespace

std::expected<void, Malformed> parse_field_lines(std::string_view text, std::size_t at,
                                                 std::span<http::FieldEntry> entries) {
  for (http::FieldEntry& entry : entries) {
    const std::size_t line_start = at;
    while (http::is_token_character(text[at])) ++at;
    if (text[at] != ':' || at == line_start) {
      return std::unexpected(Malformed{Status::BadRequest, name_fault(text, line_start, at)});
    }
    const std::string_view name = text.substr(line_start, at - line_start);
    if (name.size() > 0xffff) {
      return std::unexpected(
          Malformed{Status::RequestHeaderFieldsTooLarge, "a field name is too long"});
    }

    do ++at;
    while (is_blank(text[at]));
    const std::size_t value_start = at;
    while (is_value_character(text[at])) ++at;
    if (text[at] != '\r' || text[at + 1] != '\n') {
      return std::unexpected(
          Malformed{Status::BadRequest, "a field value has a control character"});
    }
    std::size_t value_end = at;
    while (value_end > value_start && is_blank(text[value_end - 1])) --value_end;

    entry.known = http::find_field_name(name);
    entry.name_at = static_cast<std::uint32_t>(line_start);
    entry.name_size = static_cast<std::uint16_t>(name.size());
    entry.value_at = static_cast<std::uint32_t>(value_start);
    entry.value_size = static_cast<std::uint32_t>(value_end - value_start);
    at += 2;
  }
  return {};
}

}  // namespace mastic::wire::http1
