// What SHA-1 and SHA-256 have in common: how a text is cut into blocks. FIPS 180-4 §5.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mastic::base {

/// The size of a block in bytes.
inline constexpr std::size_t kShaBlockBytes = 64;

/// Calls `take` with each block of `text`, a string_view, in order. After the whole blocks of the
/// text come one or two that hold its rest, a one bit, zeros, and the length of the text in bits.
template <class Take>
void for_each_sha_block(std::string_view text, Take take) {
  std::string rest(text.substr(text.size() / kShaBlockBytes * kShaBlockBytes));
  rest += '\x80';
  while (rest.size() % kShaBlockBytes != kShaBlockBytes - 8) rest += '\0';
  const std::uint64_t bits = std::uint64_t{text.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8) rest += static_cast<char>(bits >> shift & 0xff);

  text.remove_suffix(text.size() % kShaBlockBytes);
  for (std::string_view part : {text, std::string_view(rest)}) {
    for (; !part.empty(); part.remove_prefix(kShaBlockBytes)) take(part.substr(0, kShaBlockBytes));
  }
}

/// The word of four bytes that begins at byte 4 * `i` of `block`, its most significant byte first.
[[nodiscard]] inline std::uint32_t sha_word(std::string_view block, std::size_t i) {
  std::uint32_t word = 0;
  for (const char c : block.substr(4 * i, 4)) word = word << 8 | static_cast<std::uint8_t>(c);
  return word;
}

}  // namespace mastic::base
