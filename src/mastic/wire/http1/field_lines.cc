#include "mastic/wire/http1/field_lines.h"

#include "mastic/base/text.h"
#include "mastic/http/syntax.h"

namespace mastic::wire::http1 {
namespace {

using base::is_blank;
using http::Status;

/// Why a name that ends before `c` is none.
std::string_view name_fault(bool is_empty, char c) {
  if (is_empty && is_blank(c)) return "a field line is folded or begins with a blank";
  if (is_empty && c == ':') return "a field has no name";
  if (is_blank(c)) return "a blank stands before the colon of a field";
  if (c == '\r') return "a field line has no colon";
  return "a field name has a character that no token has";
}

}  // namespace

std::expected<void, Malformed> parse_field_lines(std::string_view text, std::size_t at,
                                                 std::span<http::FieldEntry> entries) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* c = begin + at;  // stops at the end of a line at the latest
  for (http::FieldEntry& entry : entries) {
    const char* const name = c;
    c = http::skip(http::Characters::Token, c, end);
    if (*c != ':' || c == name) {
      return std::unexpected(Malformed{Status::BadRequest, name_fault(c == name, *c)});
    }
    const auto name_size = static_cast<std::size_t>(c - name);
    if (name_size > 0xffff) {
      return std::unexpected(
          Malformed{Status::RequestHeaderFieldsTooLarge, "a field name is too long"});
    }

    do ++c;
    while (is_blank(*c));
    const char* const value = c;
    c = http::find_value_end(c, end);
    if (c[0] != '\r' || c[1] != '\n') {
      return std::unexpected(
          Malformed{Status::BadRequest, "a field value has a control character"});
    }
    const char* value_end = c;
    while (value_end > value && is_blank(value_end[-1])) --value_end;

    entry.known = http::find_field_name({name, name_size});
    entry.name_at = static_cast<std::uint32_t>(name - begin);
    entry.name_size = static_cast<std::uint16_t>(name_size);
    entry.value_at = static_cast<std::uint32_t>(value - begin);
    entry.value_size = static_cast<std::uint32_t>(value_end - value);
    c += 2;
  }
  return {};
}

}  // namespace mastic::wire::http1
