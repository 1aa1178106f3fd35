// Field lines, `Name: value\r\n`, of heads and trailers. RFC 9112 §5.

#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "mastic/base/text.h"
#include "mastic/http/fields.h"
#include "mastic/http/syntax.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

/// What is wrong with a name that ends before `c`.
[[nodiscard]] Malformed name_fault(bool is_empty, char c);

/// Reads as many field lines as `entries` has room for, from byte `at` of `text`; the entries are
/// relative to `text`. Names have to be tokens right before their colon, so folded lines and blanks
/// around names are refused; values may not hold control characters.
/// Requires: that many lines, each ended by CR LF, stand there, as HeadScanner found them.
[[nodiscard]] inline std::expected<void, Malformed> parse_field_lines(
    std::string_view text, std::size_t at, std::span<http::FieldEntry> entries) {
  using http::Status;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* c = begin + at;  // stops at the end of a line at the latest
  for (http::FieldEntry& entry : entries) {
    const char* const name = c;
    c = base::find_byte(c, end, ':');
    entry.known = http::find_field_name({name, c});
    if (entry.known == http::FieldName::Other) {  // its characters are yet to be looked at
      c = http::skip_to_other(http::Characters::Token, name);
      if (*c != ':' || c == name) return std::unexpected(name_fault(c == name, *c));
      if (c - name > 0xffff) {
        return std::unexpected(
            Malformed{Status::RequestHeaderFieldsTooLarge, "a field name is too long"});
      }
    }
    const auto name_size = static_cast<std::uint16_t>(c - name);

    do ++c;
    while (base::is_blank(*c));
    const char* const value = c;
    c = http::find_value_end(c, end);
    if (c[0] != '\r' || c[1] != '\n') {
      return std::unexpected(
          Malformed{Status::BadRequest, "a field value has a control character"});
    }
    const char* value_end = c;
    while (value_end > value && base::is_blank(value_end[-1])) --value_end;

    entry.name_at = static_cast<std::uint32_t>(name - begin);
    entry.name_size = name_size;
    entry.value_at = static_cast<std::uint32_t>(value - begin);
    entry.value_size = static_cast<std::uint32_t>(value_end - value);
    c += 2;
  }
  return {};
}

}  // namespace mastic::wire::http1
