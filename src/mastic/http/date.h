// HTTP dates (RFC 9110 §5.6.7).

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::http {

inline constexpr std::size_t kDateBytes = 29;

/// Writes "Sun, 06 Nov 1994 08:49:37 GMT" to `place`, which has room for kDateBytes. There is no
/// HTTP date for a moment outside of the years 0 to 9999 (base::has_date): it becomes the nearest
/// that there is.
void write_date(char* place, std::int64_t unix_seconds) noexcept;
[[nodiscard]] std::string format_date(std::int64_t unix_seconds);

/// Reads IMF-fixdate and the two obsolete forms; nothing when the text is none of them. A two-digit
/// year more than 50 years ahead of `now` is one of the century before.
[[nodiscard]] std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now);

}  // namespace mastic::http
