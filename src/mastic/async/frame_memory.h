// Memory for coroutine frames, recycled by size.
//
// Each thread keeps some freed frames of each size and uses them for new ones. So a handler that is
// a task needs no heap allocation once its thread has some frames of each size it uses. A frame may
// be freed on another thread than the one that allocated it. Under AddressSanitizer nothing is
// recycled, so that every use after free is detected.

#pragma once

#include <cstddef>

namespace mastic::async {

/// Allocates memory for a frame of `bytes` bytes, or throws std::bad_alloc.
[[nodiscard]] void* allocate_frame(std::size_t bytes);
/// Frees a frame. Requires: `bytes` is the size for which the frame was allocated.
void free_frame(void* frame, std::size_t bytes) noexcept;

}  // namespace mastic::async
