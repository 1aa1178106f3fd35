#include "mastic/threads/stack_walk.h"

#include <ucontext.h>
#include <unwind.h>

namespace mastic::threads {
namespace {

struct Walk {
  RawStack& stack;
  std::uintptr_t interrupted;
};

// Takes no lock and no memory. Neither does the walk itself, because glibc finds unwind tables
// without them (_dl_find_object).
_Unwind_Reason_Code take_frame(_Unwind_Context* context, void* data) {
  auto& [stack, interrupted] = *static_cast<Walk*>(data);
  int exact = 0;  // 0: the address is where the call returns to, after the calling instruction
  const std::uintptr_t address = _Unwind_GetIPInfo(context, &exact);
  // The frames so far are those of the signal handler; drop them, and begin where the signal
  // interrupted the thread.
  if (exact != 0 && address == interrupted) stack.count = 0;
  if (address == 0 || stack.count == RawStack::kMaxFrames) return _URC_END_OF_STACK;
  stack.addresses[stack.count++] = exact != 0 ? address : address - 1;
  return _URC_NO_REASON;
}

}  // namespace

std::uintptr_t interrupted_address(const void* context) noexcept {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return machine.pc;
#else
#error "unknown processor: read the program counter from its ucontext_t here"
#endif
}

std::uintptr_t interrupted_stack(const void* context) noexcept {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(machine.gregs[REG_RSP]);
#else
  return machine.sp;
#endif
}

void walk_stack(RawStack& stack, const void* context) noexcept {
  stack.count = 0;
  Walk walk{.stack = stack, .interrupted = context != nullptr ? interrupted_address(context) : 0};
  _Unwind_Backtrace(take_frame, &walk);
}

}  // namespace mastic::threads
