#include "mastic/http/syntax.h"

#include <cstring>

namespace mastic::http {
namespace {

bool is_value_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || c == '\t';
}

/// Whether one of eight bytes is a control character, whichever way round they stand.
bool has_control(std::uint64_t bytes) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = kEach * 0x80;
  const std::uint64_t no_delete = bytes ^ kEach * 0x7f;  // a byte of zeros where DEL stood
  const std::uint64_t below_space = (bytes - kEach * 0x20) & ~bytes;
  const std::uint64_t is_delete = (no_delete - kEach) & ~no_delete;
  return ((below_space | is_delete) & kHighBits) != 0;
}

}  // namespace

const char* find_value_end(const char* at, const char* end) {
  std::uint64_t bytes = 0;
  for (; end - at >= std::ptrdiff_t{sizeof bytes}; at += sizeof bytes) {
    std::memcpy(&bytes, at, sizeof bytes);
    if (!has_control(bytes)) continue;
    for (std::size_t i = 0; i < sizeof bytes; ++i) {  // it may be a tab
      if (!is_value_character(at[i])) return at + i;
    }
  }
  while (at != end && is_value_character(*at)) ++at;
  return at;
}

bool is_field_value(std::string_view text) {
  const char* const end = text.data() + text.size();
  return find_value_end(text.data(), end) == end;
}

}  // namespace mastic::http
