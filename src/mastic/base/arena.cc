#include "mastic/base/arena.h"

namespace mastic::base {
namespace {

constexpr std::size_t kBlockBytes = 4096;

}  // namespace

// Each block begins with the link to the next one, padded to kMaxAlignment bytes. operator new
// aligns a block to 16, so the memory after the link is aligned to 16 too.
void* Arena::allocate_from_heap(std::size_t bytes, std::size_t alignment) {
  const std::size_t header = kMaxAlignment;
  // A large allocation gets its own block, and the current block stays in use. Replacing the
  // current block would waste what is left of it; this way at most about half a block is wasted.
  if (bytes > kBlockBytes / 2) {
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
  return allocate(bytes, alignment);  // fits now, so this does not come back here
}

void Arena::free_blocks() {
  while (blocks_ != nullptr) ::operator delete(std::exchange(blocks_, blocks_->next));
}

}  // namespace mastic::base
