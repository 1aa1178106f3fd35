#include "mastic/base/arena.h"

namespace mastic::base {
namespace {

constexpr std::size_t kBlockBytes = 4096;

}  // namespace

void* Arena::allocate_from_heap(std::size_t bytes, std::size_t alignment) {
  const std::size_t header = kMaxAlignment;
  if (bytes >
      kBlockBytes / 2) {  // a block of its own, so that what is left of the current one stays
    auto* const own = static_cast<Block*>(::operator new(header + bytes));
    own->next = std::exchange(blocks_, own);
    heap_bytes_ += header + bytes;
    return reinterpret_cast<std::byte*>(own) + header;
  }
  auto* const block = static_cast<Block*>(::operator new(kBlockBytes));
  block->next = std::exchange(blocks_, block);
  heap_bytes_ += kBlockBytes;
  at_ = reinterpret_cast<std::byte*>(block) + header;
  left_ = kBlockBytes - header;
  return allocate(bytes, alignment);
}

void Arena::free_blocks() {
  while (blocks_ != nullptr) ::operator delete(std::exchange(blocks_, blocks_->next));
}

}  // namespace mastic::base
