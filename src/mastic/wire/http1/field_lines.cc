#include "mastic/wire/http1/field_lines.h"

namespace mastic::wire::http1 {

Malformed name_fault(bool is_empty, char c) {
  const auto bad = [](std::string_view reason) {
    return Malformed{http::Status::BadRequest, reason};
  };
  if (is_empty && base::is_blank(c)) return bad("a field line is folded or begins with a blank");
  if (is_empty && c == ':') return bad("a field has no name");
  if (base::is_blank(c)) return bad("a blank stands before the colon of a field");
  if (c == '\r') return bad("a field line has no colon");
  return bad("a field name has a character that no token has");
}

}  // namespace mastic::wire::http1
