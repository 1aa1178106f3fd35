// Text as protocols see it: bytes, ASCII, no locale. Nothing here allocates unless it returns a
// string.

#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace mastic::base {

/// Whether `c` is 0 to 9.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Whether `c` is an ASCII letter.
constexpr bool is_alpha(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
/// Whether `c` is a space or a tab.
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
/// Returns an ASCII letter in lower case, and every other character as it is.
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Whether `a` and `b` are equal when the case of ASCII letters is ignored.
[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

/// Whether `a` and `b` are equal. The function is inline, and so faster than a call of memcmp for
/// short texts.
[[nodiscard]] inline bool equal_short(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto differ = [&]<class Word>(Word left, std::size_t at) {
    Word right;
    std::memcpy(&left, a.data() + at, sizeof left);
    std::memcpy(&right, b.data() + at, sizeof right);
    return left != right;
  };
  const std::size_t size = a.size();
  if (size >= 8) {  // the last word may overlap the one before it
    for (std::size_t at = 0; at + 8 < size; at += 8) {
      if (differ(std::uint64_t{}, at)) return false;
    }
    return !differ(std::uint64_t{}, size - 8);
  }
  if (size >= 4) return !differ(std::uint32_t{}, 0) && !differ(std::uint32_t{}, size - 4);
  for (std::size_t at = 0; at < size; ++at) {
    if (a[at] != b[at]) return false;
  }
  return true;
}

/// Returns `text` without the spaces and tabs at its ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Splits `text` at the first `separator`: returns the part before it and leaves the part after it
/// in `text`. Without a separator, returns all of `text` and leaves `text` empty.
constexpr std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return head;
}

/// Copies `text` to `at`, which must have room for it; returns the end of the copy.
inline char* put(char* at, std::string_view text) {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

/// Writes `number` in decimal to `at`, which must have room for 20 digits; returns the end.
inline char* put_decimal(char* at, std::uint64_t number) {
  return std::to_chars(at, at + 20, number).ptr;
}

/// Reads a number that is all digits and fits into 64 bits: "12", but not "+12", "12 ", "0x12" or
/// "".
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view digits);
/// Reads a number that is digits after an optional minus sign, and fits into 64 signed bits.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

/// Reads 1 to 16 hexadecimal digits, and nothing else.
[[nodiscard]] std::optional<std::uint64_t> parse_hexadecimal(std::string_view digits);

/// Appends `number` in decimal.
void append_decimal(std::string& out, std::uint64_t number);

/// Returns `text` with its ASCII letters in lower case.
[[nodiscard]] std::string lower_case(std::string_view text);

/// Returns the candidate that a person most likely meant by `word`; nothing when no candidate is
/// close enough.
template <class Range>
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      const Range& candidates);

/// How many single-letter edits lead from `a` to `b`; or, if they are not alike, any large number.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

template <class Range>
std::optional<std::string_view> nearest(std::string_view word, const Range& candidates) {
  std::optional<std::string_view> best;
  std::size_t best_distance = word.size() / 3 + 2;  // more edits make another word, not a slip
  for (const auto& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace mastic::base
