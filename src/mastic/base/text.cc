#include "mastic/base/text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>
#include <vector>

namespace mastic::base {
std::optional<std::uint64_t> parse_decimal(std::string_view digits) {
  // Nineteen digits always fit into 64 bits, so the usual number needs no checks for overflow.
  constexpr std::size_t kNeverTooLarge = 19;
  std::uint64_t number = 0;
  if (digits.size() <= kNeverTooLarge) {
    for (const char c : digits) {
      const auto digit = static_cast<unsigned char>(c - '0');
      if (digit > 9) return std::nullopt;
      number = number * 10 + digit;
    }
    return digits.empty() ? std::nullopt : std::optional(number);
  }
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    if (__builtin_mul_overflow(number, 10u, &number)) return std::nullopt;
    if (__builtin_add_overflow(number, static_cast<unsigned>(c - '0'), &number))
      return std::nullopt;
  }
  return number;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  const bool negative = text.starts_with('-');
  const auto digits = parse_decimal(text.substr(negative ? 1 : 0));
  // The range of negative numbers is larger by one.
  if (!digits || *digits > kMost + (negative ? 1 : 0)) return std::nullopt;
  return negative ? static_cast<std::int64_t>(0 - *digits) : static_cast<std::int64_t>(*digits);
}

std::optional<std::uint64_t> parse_hexadecimal(std::string_view digits) {
  const auto is_hex = [](char c) { return hex_value(c) >= 0; };
  if (digits.empty() || digits.size() > 16 || !std::ranges::all_of(digits, is_hex)) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  for (const char c : digits) number = number << 4 | static_cast<unsigned>(hex_value(c));
  return number;
}

void append_decimal(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), to_lower);
  return lower;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Texts that `nearest` would not take for each other, and those that are longer than any name that
  // a person writes, are not worth the table: it grows with the product of their sizes.
  constexpr std::size_t kLongest = 200;
  const std::size_t least = a.size() < b.size() ? b.size() - a.size() : a.size() - b.size();
  if (least >= a.size() / 3 + 2) return least;
  if (std::max(a.size(), b.size()) > kLongest) return std::max(a.size(), b.size());
  // Levenshtein's table, of which only one row is kept. `diagonal` is the element above and to the
  // left, which the row has overwritten by the time it is needed.
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row[b.size()];
}

}  // namespace mastic::base
