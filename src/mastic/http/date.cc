#include "mastic/http/date.h"

#include <array>
#include <cstdio>
#include <cstring>

#include "mastic/base/date.h"
#include "mastic/base/text.h"

namespace mastic::http {
namespace {

using base::DateTime;

constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};

/// Takes one piece after another off the front of a date. After a piece that does not fit, all
/// later calls do nothing, so the forms below are written without a check at every step.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void literal(std::string_view expected) {
    ok_ = ok_ && rest_.starts_with(expected);
    if (ok_) rest_.remove_prefix(expected.size());
  }
  int digits(std::size_t count) {
    const auto number = base::parse_decimal(rest_.substr(0, count));
    ok_ = ok_ && rest_.size() >= count && number;
    if (!ok_) return 0;
    rest_.remove_prefix(count);
    return static_cast<int>(*number);
  }
  void day_name(bool whole) {
    for (const std::string_view day : kDays) {
      const std::string_view name = whole ? day : day.substr(0, 3);
      if (ok_ && rest_.starts_with(name)) return rest_.remove_prefix(name.size());
    }
    ok_ = false;
  }
  int month_name() {
    for (int month = 1; month <= 12; ++month) {
      if (!ok_ || !rest_.starts_with(base::month_name(month))) continue;
      rest_.remove_prefix(3);
      return month;
    }
    ok_ = false;
    return 0;
  }
  void time(DateTime& date) {
    date.hour = digits(2);
    literal(":");
    date.minute = digits(2);
    literal(":");
    date.second = digits(2);
  }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  [[nodiscard]] bool ended_well() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

/// IMF-fixdate, the form that everyone sends today: Sun, 06 Nov 1994 08:49:37 GMT
bool read_fixdate(std::string_view text, DateTime& date) {
  Reader reader(text);
  reader.day_name(false);
  reader.literal(", ");
  date.day = reader.digits(2);
  reader.literal(" ");
  date.month = reader.month_name();
  reader.literal(" ");
  date.year = reader.digits(4);
  reader.literal(" ");
  reader.time(date);
  reader.literal(" GMT");
  return reader.ended_well();
}

/// The obsolete form of RFC 850: Sunday, 06-Nov-94 08:49:37 GMT
bool read_rfc850(std::string_view text, DateTime& date, std::int64_t now) {
  Reader reader(text);
  reader.day_name(true);
  reader.literal(", ");
  date.day = reader.digits(2);
  reader.literal("-");
  date.month = reader.month_name();
  reader.literal("-");
  // Two digits of a year that would be more than 50 years ahead mean the past (RFC 9110 §5.6.7).
  const int this_year = base::to_date_time(now).year;
  date.year = this_year / 100 * 100 + reader.digits(2);
  if (date.year > this_year + 50) date.year -= 100;
  reader.literal(" ");
  reader.time(date);
  reader.literal(" GMT");
  return reader.ended_well();
}

/// The obsolete form of C's asctime, which pads the day with a space: Sun Nov  6 08:49:37 1994
bool read_asctime(std::string_view text, DateTime& date) {
  Reader reader(text);
  reader.day_name(false);
  reader.literal(" ");
  date.month = reader.month_name();
  reader.literal(" ");
  const bool one_digit = reader.peek() == ' ';
  if (one_digit) reader.literal(" ");
  date.day = reader.digits(one_digit ? 1 : 2);
  reader.literal(" ");
  reader.time(date);
  reader.literal(" ");
  date.year = reader.digits(4);
  return reader.ended_well();
}

}  // namespace

void write_date(char* place, std::int64_t unix_seconds) noexcept {
  const DateTime date = base::to_date_time(unix_seconds);
  char text[40];  // snprintf adds a zero, for which `place` has no room
  std::snprintf(text, sizeof text, "%.3s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(date.weekday)].data(), date.day,
                base::month_name(date.month), date.year, date.hour, date.minute, date.second);
  std::memcpy(place, text, kDateBytes);
}

std::string format_date(std::int64_t unix_seconds) {
  std::string text(kDateBytes, ' ');
  write_date(text.data(), unix_seconds);
  return text;
}

std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now) {
  // A form that does not fit may have set some members before it failed, so each starts with none.
  // to_unix_seconds refuses what no calendar has, such as 31 February.
  DateTime date;
  if (read_fixdate(text, date)) return base::to_unix_seconds(date);
  date = {};
  if (read_rfc850(text, date, now)) return base::to_unix_seconds(date);
  date = {};
  if (read_asctime(text, date)) return base::to_unix_seconds(date);
  return std::nullopt;
}

}  // namespace mastic::http
