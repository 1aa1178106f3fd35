// Parses field lines, `Name: value\r\n`, of heads and trailers. RFC 9112 §5.

#pragma once

#include <span>
#include <string_view>

#include "mastic/http/fields.h"
#include "mastic/wire/http1/malformed.h"

namespace mastic::wire::http1 {

/// Parses `entries.size()` field lines, starting at byte `at` of `text`; the offsets of the entries
/// are relative to `text`. A name must be a token right before its colon, so folded lines and white
/// space around names are refused. Values must not contain control characters. Requires:
/// `entries.size()` lines, each ended by CR LF, begin at `at`, as HeadScanner has found.
[[nodiscard]] Read<void> parse_field_lines(std::string_view text, std::size_t at,
                                           std::span<http::FieldEntry> entries);

}  // namespace mastic::wire::http1
