#include "mastic/http/syntax.h"

#include <array>
#include <bit>
#include <cstring>
#include <optional>

namespace mastic::http {
namespace {

bool is_value_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || c == '\t';
}

/// Sixteen bytes, which the compiler compares at once where the processor can.
using Block = unsigned char __attribute__((vector_size(16)));

/// The place of the first byte at `at` that may not stand in a value, if there is one.
std::optional<int> find_in_block(const char* at) {
  Block bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  const auto refused = ((bytes < 0x20) & (bytes != '\t')) | (bytes == 0x7f);  // 0 or 0xff each
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(refused);
  if ((halves[0] | halves[1]) == 0) return std::nullopt;
  const bool in_first = halves[0] != 0;
  const std::uint64_t half = in_first ? halves[0] : halves[1];
  const int zeros =
      std::endian::native == std::endian::little ? std::countr_zero(half) : std::countl_zero(half);
  return (in_first ? 0 : 8) + zeros / 8;
}

}  // namespace

const char* find_value_end(const char* at, const char* end) {
  constexpr std::ptrdiff_t kBlock = sizeof(Block);
  if (end - at < kBlock) {
    while (at != end && is_value_character(*at)) ++at;
    return at;
  }
  for (; at != end; at += kBlock) {
    if (end - at < kBlock) at = end - kBlock;  // some of it was looked at before
    if (const auto place = find_in_block(at)) return at + *place;
  }
  return end;
}

bool is_field_value(std::string_view text) {
  const char* const end = text.data() + text.size();
  return find_value_end(text.data(), end) == end;
}

}  // namespace mastic::http
