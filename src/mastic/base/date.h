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
  int year = 1970;
  int month = 1;    ///< 1 to 12
  int day = 1;      ///< 1 to 31
  int hour = 0;     ///< 0 to 23
  int minute = 0;   ///< 0 to 59
  int second = 0;   ///< 0 to 59
  int weekday = 4;  ///< 0 is Sunday

  friend bool operator==(const DateTime&, const DateTime&) = default;
};

/// The first and the last second that a year of four digits holds: 0000 and 9999.
inline constexpr std::int64_t kFirstSecond = -62'167'219'200;
inline constexpr std::int64_t kLastSecond = 253'402'300'799;

/// Whether a date can say this moment. A file may be said to be of any other: whoever shows its date
/// leaves it out then.
[[nodiscard]] constexpr bool has_date(std::int64_t unix_seconds) {
  return unix_seconds >= kFirstSecond && unix_seconds <= kLastSecond;
}

/// What lies before kFirstSecond or behind kLastSecond is taken for these, here and in all that is
/// written below, so nothing written is ever anything but a date.
[[nodiscard]] DateTime to_date_time(std::int64_t unix_seconds);

/// Seconds since 1970; nothing when a member is out of its range or the day is not in the month.
/// `weekday` is not looked at. A 60th second counts as the 59th.
[[nodiscard]] std::optional<std::int64_t> to_unix_seconds(const DateTime& date);

/// "2026-11-21T20:33:01Z"
void append_iso_time(std::string& out, std::int64_t unix_seconds);
[[nodiscard]] std::string format_iso_time(std::int64_t unix_seconds);
/// Reads that one form; nothing for any other.
[[nodiscard]] std::optional<std::int64_t> parse_iso_time(std::string_view text);

/// "21/Nov/2026:20:33:01 +0000", as access logs have it.
void append_log_time(std::string& out, std::int64_t unix_seconds);
[[nodiscard]] std::string format_log_time(std::int64_t unix_seconds);

/// "Jan" for 1.
[[nodiscard]] const char* month_name(int month);

}  // namespace mastic::base
