#include "mastic/testing/html/moments.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "mastic/base/text.h"
#include "mastic/testing/html/tree.h"

namespace mastic::testing::html {
namespace {

using namespace std::chrono;

struct TypeExample {
  std::string_view type;
  std::string_view example;
};
constexpr std::array<TypeExample, 7> kOrdered = {{{"number", "12.5"},
                                                  {"range", "50"},
                                                  {"date", "2026-11-30"},
                                                  {"month", "2026-11"},
                                                  {"week", "2026-W49"},
                                                  {"time", "18:30"},
                                                  {"datetime-local", "2026-11-30T18:30"}}};

/// Takes a number of exactly `digits` digits, or of at least so many if `or_more`.
std::optional<int> take_digits(std::string_view& text, std::size_t digits, bool or_more = false) {
  std::size_t count = 0;
  while (count < text.size() && base::is_digit(text[count]) && (or_more || count < digits)) ++count;
  if (count < digits || count > 6) return std::nullopt;
  int number = 0;
  std::from_chars(text.data(), text.data() + count, number);
  text.remove_prefix(count);
  return number;
}

bool take_sign(std::string_view& text, char sign) {
  if (!text.starts_with(sign)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<year_month> take_month(std::string_view& text) {
  const auto number = take_digits(text, 4, true);
  if (!number || *number < 1 || *number > 32767 || !take_sign(text, '-')) return std::nullopt;
  const auto month_number = take_digits(text, 2);
  if (!month_number || *month_number < 1 || *month_number > 12) return std::nullopt;
  return year(*number) / *month_number;
}

std::optional<double> take_date(std::string_view& text) {
  const auto month = take_month(text);
  if (!month || !take_sign(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const year_month_day date = *month / *day;
  if (!date.ok()) return std::nullopt;
  return static_cast<double>(sys_days(date).time_since_epoch().count()) * 86'400'000.0;
}

/// HH:MM, HH:MM:SS or HH:MM:SS.s, in milliseconds.
std::optional<double> take_time(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take_sign(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  double result = (*hour * 60.0 + *minute) * 60'000.0;
  if (!take_sign(text, ':')) return result;
  const auto second = take_digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  result += *second * 1000.0;
  if (!take_sign(text, '.')) return result;
  int thousandths = 0;
  std::size_t digits = 0;
  for (int unit = 100; unit > 0 && !text.empty() && base::is_digit(text[0]); unit /= 10, ++digits) {
    thousandths += (text[0] - '0') * unit;
    text.remove_prefix(1);
  }
  result += thousandths;
  if (digits == 0) return std::nullopt;
  return result;
}

/// YYYY-Www: the Monday of an ISO week.
std::optional<double> take_week(std::string_view& text) {
  const auto number = take_digits(text, 4, true);
  if (!number || *number < 1 || *number > 32767 || !take_sign(text, '-') || !take_sign(text, 'W'))
    return std::nullopt;
  const auto week = take_digits(text, 2);
  if (!week || *week < 1 || *week > 53) return std::nullopt;
  const auto first_monday = [](int of) {
    const sys_days fourth = year(of) / January / 4;  // is always in the first week
    return fourth - (weekday(fourth) - Monday);
  };
  const sys_days monday = first_monday(*number) + weeks(*week - 1);
  if (monday >= first_monday(*number + 1)) return std::nullopt;
  return static_cast<double>(monday.time_since_epoch().count()) * 86'400'000.0;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  std::string_view rest = text;
  take_sign(rest, '-');
  const auto skip_digits = [&] {
    const std::size_t size = rest.size();
    while (!rest.empty() && base::is_digit(rest[0])) rest.remove_prefix(1);
    return size != rest.size();
  };
  const bool has_whole = skip_digits();
  if (take_sign(rest, '.')) {
    if (!skip_digits()) return std::nullopt;
  } else if (!has_whole) {
    return std::nullopt;
  }
  if (take_sign(rest, 'e') || take_sign(rest, 'E')) {
    if (!take_sign(rest, '-')) take_sign(rest, '+');
    if (!skip_digits()) return std::nullopt;
  }
  double number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!rest.empty() || result.ec != std::errc() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::string format_number(double number) {
  std::array<char, 32> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number == 0 ? 0 : number).ptr;
  return {digits.data(), end};
}

std::optional<double> parse_ordered(std::string_view type, std::string_view text) {
  std::optional<double> result;
  if (type == "number" || type == "range") return parse_number(text);
  if (type == "date") result = take_date(text);
  if (type == "time") result = take_time(text);
  if (type == "week") result = take_week(text);
  if (type == "month") {
    if (const auto month = take_month(text)) {
      result = (static_cast<int>(month->year()) - 1970) * 12.0 +
               static_cast<unsigned>(month->month()) - 1;
    }
  }
  if (type == "datetime-local") {
    const auto date = take_date(text);
    if (!date || (!take_sign(text, 'T') && !take_sign(text, ' '))) return std::nullopt;
    const auto time = take_time(text);
    if (time) result = *date + *time;
  }
  return text.empty() ? result : std::nullopt;
}

bool is_ordered(std::string_view type) { return !example_of(type).empty(); }

std::string_view example_of(std::string_view type) {
  for (const auto& [each, example] : kOrdered) {
    if (each == type) return example;
  }
  return {};
}

}  // namespace mastic::testing::html
