#include "mastic/base/arena.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace mastic::base {
namespace {

TEST(Arena, UsesTheFirstBlockBeforeTheHeap) {
  std::array<std::byte, 256> block;
  Arena arena(block);
  const auto* const place = static_cast<std::byte*>(arena.allocate(100));
  EXPECT_GE(place, block.data());
  EXPECT_LE(place + 100, block.data() + block.size());
}

TEST(Arena, KeepsEverythingItHasHandedOut) {
  std::array<std::byte, 64> block;
  Arena arena(block);
  std::string_view kept[200];
  for (std::size_t i = 0; i < 200; ++i)
    kept[i] = arena.copy(std::string(i * 7, static_cast<char>('a' + i % 26)));
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(kept[i], std::string(i * 7, static_cast<char>('a' + i % 26)));
  }
}

TEST(Arena, CountsTheBytesItHasTakenFromTheHeap) {
  alignas(std::max_align_t) std::array<std::byte, 64> block;
  Arena arena(block);
  (void)arena.allocate(64);
  EXPECT_EQ(arena.heap_bytes(), 0u);
  (void)arena.allocate(100);
  EXPECT_EQ(arena.heap_bytes(), 4096u);
  (void)arena.allocate(10'000);
  EXPECT_GE(arena.heap_bytes(), 14'096u);
}

TEST(Arena, AlignsMemoryAndHoldsMoreThanABlock) {
  Arena arena;
  for (const std::size_t size : {1u, 3u, 5000u, 1u, 100'000u, 17u}) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(arena.allocate(size, 16)) % 16, 0u);
  }
}

}  // namespace
}  // namespace mastic::base
