#include "mastic/base/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "mastic/base/assert.h"

namespace mastic::base {
namespace {

constexpr std::size_t kBlockBytes = 4096;
constexpr std::size_t kMostAlignment = 16;

}  // namespace

void* Arena::allocate(std::size_t bytes, std::size_t alignment) {
  MASTIC_ASSERT(alignment <= kMostAlignment);
  const std::size_t padding = -reinterpret_cast<std::uintptr_t>(at_) & (alignment - 1);
  if (bytes > left_ || padding > left_ - bytes) return allocate_from_heap(bytes, alignment);
  std::byte* const place = at_ + padding;
  at_ = place + bytes;
  left_ -= padding + bytes;
  return place;
}

void* Arena::allocate_from_heap(std::size_t bytes, std::size_t alignment) {
  const std::size_t header = kMostAlignment;
  if (bytes >
      kBlockBytes / 2) {  // a block of its own, so that what is left of the current one stays
    auto* const own = static_cast<Block*>(::operator new(header + bytes));
    own->next = std::exchange(blocks_, own);
    return reinterpret_cast<std::byte*>(own) + header;
  }
  auto* const block = static_cast<Block*>(::operator new(kBlockBytes));
  block->next = std::exchange(blocks_, block);
  at_ = reinterpret_cast<std::byte*>(block) + header;
  left_ = kBlockBytes - header;
  return allocate(bytes, alignment);
}

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  auto* const place = static_cast<char*>(allocate(text.size(), 1));
  std::memcpy(place, text.data(), text.size());
  return {place, text.size()};
}

void Arena::free_blocks() {
  while (blocks_ != nullptr) ::operator delete(std::exchange(blocks_, blocks_->next));
}

}  // namespace mastic::base
