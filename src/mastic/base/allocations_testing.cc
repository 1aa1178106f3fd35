#include "mastic/base/allocations_testing.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>

// The one place that decides where malloc is replaced.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MASTIC_COUNTS_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MASTIC_COUNTS_MALLOC 0
#endif
#endif
#ifndef MASTIC_COUNTS_MALLOC
#define MASTIC_COUNTS_MALLOC 1
#endif

namespace mastic::base {
namespace {

std::atomic<std::size_t> heap_requests = 0;

}  // namespace

bool counts_heap_requests() noexcept { return MASTIC_COUNTS_MALLOC == 1; }

std::size_t heap_requests_so_far() noexcept { return heap_requests.load(); }

}  // namespace mastic::base

#if MASTIC_COUNTS_MALLOC

// glibc exports its own functions under these names for programs that replace malloc. Memory from
// them may go to glibc's `free`, so that need not be replaced.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

static void count_heap_request() noexcept {
  mastic::base::heap_requests.fetch_add(1, std::memory_order_relaxed);
}

void* malloc(std::size_t size) noexcept {
  count_heap_request();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  count_heap_request();
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  count_heap_request();
  return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  count_heap_request();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  count_heap_request();
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
}

#endif
