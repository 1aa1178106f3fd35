// The syntax of the fields of an answer (RFC 9110 and others), as Lint checks them.
//
// Readers of HTTP are lenient in different ways, so a value that is not written by the rules means
// different things to different caches and browsers. Nothing here is a parser to read values with.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mastic/http/fields.h"

namespace mastic::middleware {

/// Says what is wrong with the bytes of the field: a name that is no token, a control character, a
/// byte beyond ASCII, a space or tab at an end. Nothing when the bytes are right.
[[nodiscard]] std::optional<std::string> wrong_bytes(const http::Field& field);
/// Returns where the syntax stands that the field breaks, such as "RFC 9110 §8.3.1"; empty when it
/// keeps it, and for fields that are not known here.
[[nodiscard]] std::string_view broken_syntax(const http::Field& field);
/// Says what is wrong with the value of a Set-Cookie; empty when nothing is.
[[nodiscard]] std::string_view wrong_in_cookie(std::string_view value);
/// How many bytes "bytes 0-99/1234" announces; nothing for another unit or syntax.
[[nodiscard]] std::optional<std::uint64_t> bytes_of_range(std::string_view content_range);
/// Whether a list such as that of Allow has `member`, compared with regard to case.
[[nodiscard]] bool is_listed(std::string_view list, std::string_view member);

}  // namespace mastic::middleware
