#include "apps/mastic/load/figures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace mastic::load {
namespace {

/// A number in three digits: 1.23, 12.3, 123.
std::string in_three_digits(double number) {
  const int decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string rate_text(double rate) {
  return rate < 99.5 ? in_three_digits(rate)
                     : grouped(static_cast<std::uint64_t>(std::lround(rate)));
}

std::string time_text(std::uint64_t ns, bool unicode) {
  const auto value = static_cast<double>(ns);
  if (ns < 1000) return std::to_string(ns) + " ns";
  if (value < 999.5e3) return in_three_digits(value / 1e3) + (unicode ? " µs" : " us");
  if (value < 999.5e6) return in_three_digits(value / 1e6) + " ms";
  return in_three_digits(value / 1e9) + " s";
}

std::string bar(double part, std::size_t columns, bool unicode) {
  constexpr std::array<std::string_view, 8> kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double filled = std::clamp(part, 0.0, 1.0) * static_cast<double>(columns);
  if (!unicode) return std::string(static_cast<std::size_t>(std::lround(filled)), '#');
  const auto eighths = static_cast<std::size_t>(std::lround(filled * 8));
  std::string text;
  for (std::size_t full = eighths / 8; full > 0; --full) text += "█";
  return text.append(kEighths[eighths % 8]);
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace mastic::load
