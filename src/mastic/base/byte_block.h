// Sixteen bytes examined at once by the compiler's vector types: one or two instructions where the
// processor has such registers.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mastic::base {

/// Sixteen bytes. A comparison of two blocks, or of a block with a byte, gives a block that has
/// 0xff at the bytes for which the comparison is true, and 0 elsewhere.
using ByteBlock = unsigned char __attribute__((vector_size(16)));

/// The sixteen bytes from `at` on, which need not be aligned.
[[nodiscard]] inline ByteBlock load_block(const char* at) {
  ByteBlock block;
  std::memcpy(&block, at, sizeof block);
  return block;
}

/// A block that begins with `text`, which must be shorter than a block, and ends with zeros.
[[nodiscard]] inline ByteBlock load_short_block(std::string_view text) {
  ByteBlock block{};
  for (std::size_t i = 0; i < text.size(); ++i) block[i] = static_cast<unsigned char>(text[i]);
  return block;
}

/// The places of a block for which a comparison is true, one after the other.
class BlockPlaces {
 public:
  BlockPlaces() = default;
  template <class Comparison>
  explicit BlockPlaces(Comparison found) {
    static_assert(sizeof found == sizeof(ByteBlock));
    static_assert(std::endian::native == std::endian::little, "bytes would be counted backwards");
#ifdef __SSE2__
    using Bytes = char __attribute__((vector_size(16)));
    bits_ = static_cast<unsigned>(__builtin_ia32_pmovmskb128(std::bit_cast<Bytes>(found)));
#else  // four bits of each byte side by side, which takes a few instructions more
    using Pairs = std::uint16_t __attribute__((vector_size(16)));
    using Nibbles = std::uint8_t __attribute__((vector_size(8)));
    const Pairs pairs = std::bit_cast<Pairs>(found) >> 4;
    bits_ = std::bit_cast<std::uint64_t>(__builtin_convertvector(pairs, Nibbles)) & kEachByte;
#endif
  }

  [[nodiscard]] bool empty() const { return bits_ == 0; }
  /// The first place. Requires: there is a place.
  [[nodiscard]] std::size_t first() const {
    return static_cast<unsigned>(std::countr_zero(bits_)) / kBitsOfByte;
  }
  void remove_first() { bits_ &= bits_ - 1; }
  /// Drops the places before `place`, and counts the others from there on. Requires: place <= 15.
  void move_down(std::size_t place) { bits_ >>= place * kBitsOfByte; }

 private:
#ifdef __SSE2__
  using Bits = unsigned;
  static constexpr std::size_t kBitsOfByte = 1;
#else
  using Bits = std::uint64_t;
  static constexpr std::size_t kBitsOfByte = 4;  // of which kEachByte keeps one
  static constexpr Bits kEachByte = 0x1111111111111111;
#endif
  Bits bits_ = 0;
};

/// The index of the first byte for which a comparison is true; 16 when there is none.
template <class Comparison>
[[nodiscard]] inline int first_in_block(Comparison found) {
  const BlockPlaces places(found);
  return static_cast<int>(places.empty() ? sizeof(ByteBlock) : places.first());
}

/// The first byte in [at, end) for which `comparison` is true, or `end`. `comparison` compares a
/// block of bytes, and `is_match` compares a single byte in the same way. The search is fast when
/// the byte is near: the function is inlined and needs no preparation.
template <class Comparison, class IsMatch>
[[nodiscard]] inline const char* find_first(const char* at, const char* end, Comparison comparison,
                                            IsMatch is_match) {
  if (end - at >= static_cast<std::ptrdiff_t>(sizeof(ByteBlock))) {
    const char* const last = end - sizeof(ByteBlock);
    do {
      const BlockPlaces places(comparison(load_block(at)));
      if (!places.empty()) return at + places.first();
      at += sizeof(ByteBlock);
    } while (at <= last);
  }
  while (at != end && !is_match(*at)) ++at;
  return at;
}

/// The first byte in [at, end) that equals `sought`, or `end`.
[[nodiscard]] inline const char* find_byte(const char* at, const char* end, char sought) {
  return find_first(
      at, end, [=](ByteBlock bytes) { return bytes == static_cast<unsigned char>(sought); },
      [=](char c) { return c == sought; });
}

/// The places of `sought` in the block that begins at byte `at` of `text`. There are no places
/// beyond the end of the text. Requires: `sought` is not 0, and at < text.size().
[[nodiscard]] inline BlockPlaces places_of(char sought, std::string_view text, std::size_t at) {
  constexpr std::size_t kBlock = sizeof(ByteBlock);
  const auto byte = static_cast<unsigned char>(sought);
  const std::size_t left = text.size() - at;
  if (left >= kBlock) [[likely]]
    return BlockPlaces(load_block(text.data() + at) == byte);
  if (text.size() < kBlock) return BlockPlaces(load_short_block(text.substr(at)) == byte);
  // Near the end, load the last 16 bytes of the text, and drop the places that lie before `at`.
  BlockPlaces places(load_block(text.data() + text.size() - kBlock) == byte);
  places.move_down(kBlock - left);
  return places;
}

}  // namespace mastic::base
