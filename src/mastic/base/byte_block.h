// Sixteen bytes looked at at once, by the compiler's vectors: an instruction or two where the
// processor has them.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mastic::base {

/// Comparing two, or one with a byte, gives 0xff for each byte where it holds and 0 elsewhere.
using ByteBlock = unsigned char __attribute__((vector_size(16)));

[[nodiscard]] inline ByteBlock load_block(const char* at) {
  ByteBlock block;
  std::memcpy(&block, at, sizeof block);
  return block;
}

/// Where the first byte stands for which a comparison holds; 16 when it holds for none.
template <class Comparison>
[[nodiscard]] inline int first_in_block(Comparison found) {
  static_assert(sizeof found == sizeof(ByteBlock));
  static_assert(std::endian::native == std::endian::little, "bytes would be counted backwards");
#ifdef __SSE2__
  using Bytes = char __attribute__((vector_size(16)));
  const auto bits = static_cast<unsigned>(__builtin_ia32_pmovmskb128(std::bit_cast<Bytes>(found)));
  return std::countr_zero(bits | 1u << sizeof(ByteBlock));
#else  // four bits of each byte side by side, which takes a few instructions more
  using Pairs = std::uint16_t __attribute__((vector_size(16)));
  using Nibbles = std::uint8_t __attribute__((vector_size(8)));
  const Pairs pairs = std::bit_cast<Pairs>(found) >> 4;
  return std::countr_zero(std::bit_cast<std::uint64_t>(__builtin_convertvector(pairs, Nibbles))) /
         4;
#endif
}

/// The first of [at, end) that is `sought`, or `end`. For what stands near: no call, no set-up.
[[nodiscard]] inline const char* find_byte(const char* at, const char* end, char sought) {
  for (; end - at >= static_cast<std::ptrdiff_t>(sizeof(ByteBlock)); at += sizeof(ByteBlock)) {
    const int place = first_in_block(load_block(at) == static_cast<unsigned char>(sought));
    if (place < 16) return at + place;
  }
  while (at != end && *at != sought) ++at;
  return at;
}

}  // namespace mastic::base
