#include "mastic/http/trace_context.h"

#include <algorithm>

#include "mastic/base/text.h"

namespace mastic::http {
namespace {

// A value such as 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01: version, trace id,
// parent id and flags, at fixed places. A later version may add more after a dash.
constexpr std::size_t kBytes = 55;

/// Reads two or sixteen hexadecimal digits. Upper case is malformed (§3.2.2).
std::optional<std::uint64_t> parse_number(std::string_view digits) {
  const bool is_lower = std::ranges::none_of(digits, [](char c) { return c >= 'A' && c <= 'F'; });
  return is_lower ? base::parse_hexadecimal(digits) : std::nullopt;
}

void append_number(std::string& out, std::uint64_t number, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out += "0123456789abcdef"[number >> shift & 15];
  }
}

}  // namespace

std::optional<TraceContext> TraceContext::parse(std::string_view text) {
  constexpr std::size_t kDashes[] = {2, 35, 52};
  if (text.size() < kBytes) return std::nullopt;
  const auto is_dash = [&](std::size_t at) { return text[at] == '-'; };
  if (!std::ranges::all_of(kDashes, is_dash)) return std::nullopt;

  const auto version = parse_number(text.substr(0, 2));
  if (!version || version == 0xffu) return std::nullopt;
  if (text.size() > kBytes && (version == 0u || text[kBytes] != '-')) return std::nullopt;

  const auto high = parse_number(text.substr(3, 16));
  const auto low = parse_number(text.substr(19, 16));
  const auto parent = parse_number(text.substr(36, 16));
  const auto flags = parse_number(text.substr(53, 2));
  if (!high || !low || !parent || !flags) return std::nullopt;
  if ((*high | *low) == 0 || *parent == 0) return std::nullopt;
  return TraceContext{{*high, *low}, *parent, static_cast<std::uint8_t>(*flags)};
}

std::string TraceContext::to_string() const {
  std::string text = "00-" + trace_text() + "-";
  append_number(text, parent_id, 16);
  text += '-';
  append_number(text, flags, 2);
  return text;
}

std::string TraceContext::trace_text() const {
  std::string text;
  append_number(text, trace_id[0], 16);
  append_number(text, trace_id[1], 16);
  return text;
}

}  // namespace mastic::http
