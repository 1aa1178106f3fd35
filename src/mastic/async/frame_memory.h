// Memory of coroutine frames, recycled by size.
//
// Each thread keeps a few freed frames of each size for its next ones, so a handler that is a task
// costs no heap allocation once its thread is warm. A frame may be freed on another thread than it
// was made on. Under AddressSanitizer nothing is recycled, so that it sees every use after free.

#pragma once

#include <cstddef>

namespace mastic::async {

[[nodiscard]] void* allocate_frame(std::size_t bytes);
/// Requires: `bytes` as it was allocated with.
void free_frame(void* frame, std::size_t bytes) noexcept;

}  // namespace mastic::async
