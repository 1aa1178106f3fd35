// HTTP dates (RFC 9110 §5.6.7).

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::http {

/// The length of a date as `write_date` writes it.
inline constexpr std::size_t kDateBytes = 29;

/// Writes a date as "Sun, 06 Nov 1994 08:49:37 GMT" to `place`, which must have room for
/// kDateBytes. A moment outside the years 0 to 9999 (base::has_date) becomes the nearest moment
/// that has a date.
void write_date(char* place, std::int64_t unix_seconds) noexcept;
/// Returns a date as "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string format_date(std::int64_t unix_seconds);

/// Parses an IMF-fixdate or one of the two obsolete forms, and returns it in seconds since 1970;
/// std::nullopt for anything else. A two-digit year that would be more than 50 years after `now` is
/// taken as one in the previous century.
[[nodiscard]] std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now);

}  // namespace mastic::http
