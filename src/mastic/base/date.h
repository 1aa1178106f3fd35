// Calendar dates in UTC, from and to seconds since 1970, without locale, time zone files or
// allocation.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::base {

/// A moment in UTC to the second, in the proleptic Gregorian calendar.
struct DateTime {
  int year = 1970;  ///< 0 to 9999 in every date that is written
  int month = 1;    ///< 1 to 12
  int day = 1;      ///< 1 to 31
  int hour = 0;     ///< 0 to 23
  int minute = 0;   ///< 0 to 59
  int second = 0;   ///< 0 to 59
  int weekday = 4;  ///< 0 is Sunday

  friend bool operator==(const DateTime&, const DateTime&) = default;
};

/// The first second of the year 0000, the first year that has four digits.
inline constexpr std::int64_t kFirstSecond = -62'167'219'200;
/// The last second of the year 9999, the last year that has four digits.
inline constexpr std::int64_t kLastSecond = 253'402'300'799;

/// Whether a DateTime can hold this moment. The timestamp of a file can be any number, so check it
/// before you show it.
[[nodiscard]] constexpr bool has_date(std::int64_t unix_seconds) {
  return unix_seconds >= kFirstSecond && unix_seconds <= kLastSecond;
}

/// Converts a moment to a date. This function and the functions below that write a moment clamp it
/// to the range from kFirstSecond to kLastSecond, so the date is always valid.
[[nodiscard]] DateTime to_date_time(std::int64_t unix_seconds);

/// Converts a date to seconds since 1970; returns nothing when a member is out of its range or the
/// month has no such day. `weekday` is ignored. A second of 60, as in a leap second, counts as 59.
[[nodiscard]] std::optional<std::int64_t> to_unix_seconds(const DateTime& date);

/// Appends the moment as "2026-11-21T20:33:01Z" (RFC 3339).
void append_iso_time(std::string& out, std::int64_t unix_seconds);
/// Returns the moment as "2026-11-21T20:33:01Z".
[[nodiscard]] std::string format_iso_time(std::int64_t unix_seconds);
/// Reads "2026-11-21T20:33:01Z"; returns nothing for any other form.
[[nodiscard]] std::optional<std::int64_t> parse_iso_time(std::string_view text);

/// Appends the moment as access logs write it: "21/Nov/2026:20:33:01 +0000".
void append_log_time(std::string& out, std::int64_t unix_seconds);
/// Returns the moment as access logs write it: "21/Nov/2026:20:33:01 +0000".
[[nodiscard]] std::string format_log_time(std::int64_t unix_seconds);

/// The English short name of a month: "Jan" for 1. Requires: 1 <= month <= 12.
[[nodiscard]] const char* month_name(int month);

}  // namespace mastic::base
