// Field lines, `Name: value\r\n`, of heads and trailers. RFC 9112 §5.

#pragma once

#include <span>
#include <string_view>

#include "mastic/http/fields.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

/// Reads as many field lines as `entries` has room for, from byte `at` of `text`; the entries are
/// relative to `text`. Names have to be tokens right before their colon, so folded lines and blanks
/// around names are refused; values may not hold control characters.
/// Requires: that many lines, each ended by CR LF, stand there, as HeadScanner found them.
[[nodiscard]] Read<void> parse_field_lines(std::string_view text, std::size_t at,
                                           std::span<http::FieldEntry> entries);

}  // namespace mastic::wire::http1
