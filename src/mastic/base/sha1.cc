#include "mastic/base/sha1.h"

#include <bit>
#include <cstddef>

#include "mastic/base/sha_blocks.h"

namespace mastic::base {
namespace {

using Sha1State = std::array<std::uint32_t, 5>;

/// How the rounds from `i` on, twenty of them, mix three words (FIPS 180-4 §4.1.1), and the
/// constant that they add (§4.2.1).
std::uint32_t mix_sha1_round(std::size_t i, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  if (i < 20) return ((b & c) ^ (~b & d)) + 0x5a827999;
  if (i < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (i < 60) return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

/// The steps of FIPS 180-4 §6.1.2 for one block.
void take_sha1_block(Sha1State& state, std::string_view block) {
  std::array<std::uint32_t, 80> words{};
  for (std::size_t i = 0; i < 16; ++i) words[i] = sha_word(block, i);
  for (std::size_t i = 16; i < words.size(); ++i) {
    words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  }
  auto [a, b, c, d, e] = state;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::uint32_t mixed = std::rotl(a, 5) + mix_sha1_round(i, b, c, d) + e + words[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = mixed;
  }
  const Sha1State mixed{a, b, c, d, e};
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += mixed[i];
}

}  // namespace

std::array<std::uint8_t, 20> sha1(std::string_view text) {
  Sha1State state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  for_each_sha_block(text, [&](std::string_view block) { take_sha1_block(state, block); });
  std::array<std::uint8_t, 20> digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

}  // namespace mastic::base
