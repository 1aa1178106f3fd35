#include "mastic/base/failing_allocations.h"

#include <cstdlib>
#include <new>

// The one place that decides where the operators are replaced.
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

namespace mastic::base {
namespace {

thread_local Allocations made;
/// How many allocations are left until one fails, including that one; 0 when none should fail.
thread_local std::size_t allocations_left = 0;

}  // namespace

bool counts_allocations() noexcept { return MASTIC_COUNTS_ALLOCATIONS == 1; }

Allocations allocations_so_far() noexcept { return made; }

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
  if (allocations_left > 0) {
    --allocations_left;
    if (allocations_left == 0) return nullptr;
  }
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
