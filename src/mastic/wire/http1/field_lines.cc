#include "mastic/wire/http1/field_lines.h"

#include "mastic/base/byte_block.h"
#include "mastic/base/text.h"
#include "mastic/http/field_name_table.h"
#include "mastic/http/syntax.h"

namespace mastic::wire::http1 {
namespace {

/// What is wrong with a field name that is followed by `c` instead of a colon. Folded lines and
/// white space before the colon are refused (RFC 9112 §5.1, §5.2): readers disagree about their
/// meaning, which has been used to smuggle requests.
std::unexpected<const Malformed*> name_fault(bool is_empty, char c) {
  if (is_empty && base::is_blank(c)) {
    return malformed<"a field line is folded or begins with white space">();
  }
  if (is_empty && c == ':') return malformed<"a field has no name">();
  if (base::is_blank(c)) return malformed<"there is white space before the colon of a field">();
  if (c == '\r') return malformed<"a field line has no colon">();
  return malformed<"a field name contains a character that is not allowed in it">();
}

}  // namespace

Read<void> parse_field_lines(std::string_view text, std::size_t at,
                             std::span<http::FieldEntry> entries) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  // The line ends that HeadScanner has found stop the scans below, so `*c` can always be read.
  const char* c = begin + at;
  for (http::FieldEntry& entry : entries) {
    const char* const name = c;
    c = base::find_byte(c, end, ':');
    entry.known = http::find_field_name_inline({name, c});
    if (entry.known == http::FieldName::Other) {  // its characters have not been checked yet
      c = http::skip_to_other(http::Characters::Token, name);
      if (*c != ':' || c == name) return name_fault(c == name, *c);
      if (c - name > 0xffff) {
        return malformed<"a field name is too long", http::Status::RequestHeaderFieldsTooLarge>();
      }
    }
    const auto name_size = static_cast<std::uint16_t>(c - name);

    do ++c;
    while (base::is_blank(*c));
    const char* const value = c;
    c = http::find_value_end(c, end);
    if (c[0] != '\r' || c[1] != '\n') {
      return malformed<"a field value has a control character">();
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
