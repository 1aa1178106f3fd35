#include "mastic/wire/websocket/masking.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mastic/base/byte_block.h"

namespace mastic::wire::websocket {
namespace {

static_assert(std::endian::native == std::endian::little, "the key would turn the other way");

/// The key for what comes `bytes` after the place for which `key` is.
MaskingKey turn_key(MaskingKey key, std::size_t bytes) {
  return std::rotr(key, static_cast<int>(8 * (bytes % sizeof key)));
}

template <class Block>
[[gnu::always_inline]] inline void copy_masked_block(char* to, const char* from, MaskingKey key) {
  std::array<MaskingKey, 8> keys;  // as many as the largest block has room for
  static_assert(sizeof(Block) <= sizeof keys);
  keys.fill(key);
  Block mask;
  Block block;
  std::memcpy(&mask, keys.data(), sizeof mask);
  std::memcpy(&block, from, sizeof block);
  block ^= mask;
  std::memcpy(to, &block, sizeof block);
}

/// Copies `size` bytes block by block. Requires: size >= sizeof(Block). The last block may overlap
/// the one before it, whose bytes are then written twice.
template <class Block>
[[gnu::always_inline]] inline void copy_masked_blocks(char* to, const char* from, std::size_t size,
                                                      MaskingKey key) {
  const std::size_t last = size - sizeof(Block);
  for (std::size_t at = 0; at < last; at += sizeof(Block)) {
    copy_masked_block<Block>(to + at, from + at, key);
  }
  copy_masked_block<Block>(to + last, from + last, turn_key(key, last));
}

#if defined(__x86_64__)
/// Copies blocks of 32 bytes, for which newer processors have instructions.
__attribute__((target("avx2"))) void copy_masked_wide(char* to, const char* from, std::size_t size,
                                                      MaskingKey key) {
  using WideBlock = unsigned char __attribute__((vector_size(32)));
  copy_masked_blocks<WideBlock>(to, from, size, key);
}
#endif

}  // namespace

MaskingKey copy_masked(char* to, std::string_view from, MaskingKey key) {
  const std::size_t size = from.size();
#if defined(__x86_64__)
  constexpr std::size_t kWorthwhile = 256;
  if (size >= kWorthwhile && __builtin_cpu_supports("avx2") != 0) {
    copy_masked_wide(to, from.data(), size, key);
    return turn_key(key, size);
  }
#endif
  if (size >= sizeof(base::ByteBlock)) {
    copy_masked_blocks<base::ByteBlock>(to, from.data(), size, key);
  } else if (size >= sizeof(std::uint64_t)) {
    copy_masked_blocks<std::uint64_t>(to, from.data(), size, key);
  } else if (size >= sizeof(std::uint32_t)) {
    copy_masked_blocks<std::uint32_t>(to, from.data(), size, key);
  } else {  // at most three bytes
    for (std::size_t i = 0; i < size; ++i) {
      to[i] = static_cast<char>(from[i] ^ static_cast<char>(turn_key(key, i)));
    }
  }
  return turn_key(key, size);
}

}  // namespace mastic::wire::websocket
