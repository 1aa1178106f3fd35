#include "mastic/base/date.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "mastic/base/assert.h"
#include "mastic/base/text.h"

namespace mastic::base {

using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year_month_day;

namespace {

/// Appends the last `count` digits of a number, with leading zeros.
void append_digits(std::string& out, int number, int count) {
  const std::size_t start = out.size();
  out.resize(start + static_cast<std::size_t>(count));
  for (std::size_t i = out.size(); i-- > start; number /= 10) {
    out[i] = static_cast<char>('0' + number % 10);
  }
}

}  // namespace

DateTime to_date_time(std::int64_t unix_seconds) {
  const sys_seconds moment{
      std::chrono::seconds(std::clamp(unix_seconds, kFirstSecond, kLastSecond))};
  const auto midnight = std::chrono::floor<std::chrono::days>(moment);
  const year_month_day date(midnight);
  const std::chrono::hh_mm_ss time(moment - midnight);
  DateTime result;
  result.year = static_cast<int>(date.year());
  result.month = static_cast<int>(static_cast<unsigned>(date.month()));
  result.day = static_cast<int>(static_cast<unsigned>(date.day()));
  result.hour = static_cast<int>(time.hours().count());
  result.minute = static_cast<int>(time.minutes().count());
  result.second = static_cast<int>(time.seconds().count());
  result.weekday = static_cast<int>(std::chrono::weekday(midnight).c_encoding());
  return result;
}

std::optional<std::int64_t> to_unix_seconds(const DateTime& date) {
  const auto in = [](int value, int least, int most) { return value >= least && value <= most; };
  if (!in(date.year, 0, 9999) || !in(date.month, 1, 12) || !in(date.day, 1, 31))
    return std::nullopt;
  if (!in(date.hour, 0, 23) || !in(date.minute, 0, 59) || !in(date.second, 0, 60))
    return std::nullopt;
  const year_month_day day(std::chrono::year(date.year),
                           std::chrono::month(static_cast<unsigned>(date.month)),
                           std::chrono::day(static_cast<unsigned>(date.day)));
  if (!day.ok()) return std::nullopt;
  const auto midnight = sys_days(day).time_since_epoch();
  const int second = date.second == 60 ? 59 : date.second;  // time_t has no leap seconds
  return std::chrono::seconds(midnight).count() + date.hour * 3600L + date.minute * 60L + second;
}

void append_iso_time(std::string& out, std::int64_t unix_seconds) {
  const DateTime date = to_date_time(unix_seconds);
  append_digits(out, date.year, 4);
  for (const auto& [separator, number] : {std::pair('-', date.month),
                                          {'-', date.day},
                                          {'T', date.hour},
                                          {':', date.minute},
                                          {':', date.second}}) {
    out += separator;
    append_digits(out, number, 2);
  }
  out += 'Z';
}

void append_log_time(std::string& out, std::int64_t unix_seconds) {
  const DateTime date = to_date_time(unix_seconds);
  append_digits(out, date.day, 2);
  out.append("/").append(month_name(date.month)).append("/");
  append_digits(out, date.year, 4);
  for (const int number : {date.hour, date.minute, date.second}) {
    out += ':';
    append_digits(out, number, 2);
  }
  out += " +0000";
}

std::string format_iso_time(std::int64_t unix_seconds) {
  std::string out;
  append_iso_time(out, unix_seconds);
  return out;
}

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == 'd' ? !is_digit(text[i]) : text[i] != kForm[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    return static_cast<int>(*parse_decimal(text.substr(at, digits)));
  };
  DateTime date;
  date.year = number(0, 4);
  date.month = number(5, 2);
  date.day = number(8, 2);
  date.hour = number(11, 2);
  date.minute = number(14, 2);
  date.second = number(17, 2);
  return to_unix_seconds(date);
}

std::string format_log_time(std::int64_t unix_seconds) {
  std::string out;
  append_log_time(out, unix_seconds);
  return out;
}

const char* month_name(int month) {
  constexpr const char* kNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  MASTIC_ASSERT(month >= 1 && month <= 12, {"month", month});
  return kNames[month - 1];
}

}  // namespace mastic::base
