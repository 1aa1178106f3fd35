#include "mastic/threads/alternate_stack.h"

#include <signal.h>
#include <sys/mman.h>

namespace mastic::threads {
namespace {

// Enough for the registers of every processor (11 KB with AMX), an unwinder and our text.
constexpr std::size_t kBytes = 64 << 10;

}  // namespace

AlternateStack::AlternateStack() noexcept {
  stack_t before{};
  if (::sigaltstack(nullptr, &before) != 0 || (before.ss_flags & SS_DISABLE) == 0) return;
  void* const memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return;
  stack_t ours{};
  ours.ss_sp = memory;
  ours.ss_size = kBytes;
  if (::sigaltstack(&ours, nullptr) == 0) {
    memory_ = memory;
  } else {
    ::munmap(memory, kBytes);
  }
}

AlternateStack::~AlternateStack() {
  if (memory_ == nullptr) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  (void)::sigaltstack(&none, nullptr);
  ::munmap(memory_, kBytes);
}

}  // namespace mastic::threads
