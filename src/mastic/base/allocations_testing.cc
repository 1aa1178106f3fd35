#include "mastic/base/allocations_testing.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

// The one place that decides where the operators are replaced, and where malloc is.
#if defined(__SANITIZE_THREAD__)
#define MASTIC_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MASTIC_COUNTS_ALLOCATIONS 0
#endif
#endif
#ifndef MASTIC_COUNTS_ALLOCATIONS
#define MASTIC_COUNTS_ALLOCATIONS 1
#endif
#if defined(__SANITIZE_ADDRESS__)
#define MASTIC_COUNTS_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MASTIC_COUNTS_MALLOC 0
#endif
#endif
#ifndef MASTIC_COUNTS_MALLOC
#define MASTIC_COUNTS_MALLOC MASTIC_COUNTS_ALLOCATIONS
#endif

namespace mastic::base {
namespace {

thread_local Allocations made;
/// How many allocations are left until one fails, including that one; 0 when none should fail.
thread_local std::size_t allocations_left = 0;
std::atomic<std::size_t> heap_requests = 0;

}  // namespace

bool counts_allocations() noexcept { return MASTIC_COUNTS_ALLOCATIONS == 1; }

bool counts_heap_requests() noexcept { return MASTIC_COUNTS_MALLOC == 1; }

Allocations allocations_so_far() noexcept { return made; }

std::size_t heap_requests_so_far() noexcept { return heap_requests.load(); }

void fail_allocation(std::size_t nth) noexcept { allocations_left = nth; }

std::size_t stop_failing_allocations() noexcept {
  const std::size_t left = allocations_left;
  allocations_left = 0;
  return left;
}

}  // namespace mastic::base

#if MASTIC_COUNTS_ALLOCATIONS

namespace {

using mastic::base::allocations_left;
using mastic::base::made;

void* try_allocate(std::size_t size) noexcept {
  if (allocations_left > 0 && --allocations_left == 0) return nullptr;
  ++made.count;
  made.bytes += size;
  return std::malloc(size == 0 ? 1 : size);
}

void* allocate(std::size_t size) {
  if (void* const memory = try_allocate(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// Every form that may free what another form has allocated has to be replaced together with it. The
// forms for larger alignments are left alone: they only ever meet each other.
void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return try_allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return try_allocate(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

#endif

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
