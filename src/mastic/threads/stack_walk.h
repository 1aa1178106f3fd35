// Walks the stack of the calling thread, also from inside a signal handler.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mastic::threads {

/// Addresses of calls, the innermost first. Each address is within the calling or interrupted
/// instruction, not after it.
struct RawStack {
  static constexpr std::size_t kMaxFrames = 128;
  std::array<std::uintptr_t, kMaxFrames> addresses{};
  std::size_t count = 0;
};

/// Writes the stack of the calling thread to `stack`. In a signal handler, pass the handler's third
/// argument as `context`: the stack then begins at the interrupted instruction. After a first call
/// outside a handler, the function takes no lock and no memory.
void walk_stack(RawStack& stack, const void* context = nullptr) noexcept;

/// The address of the interrupted instruction. `context` is the third argument of a signal handler.
[[nodiscard]] std::uintptr_t interrupted_address(const void* context) noexcept;
/// The stack pointer at the interrupted instruction. `context` is the third argument of a signal
/// handler.
[[nodiscard]] std::uintptr_t interrupted_stack(const void* context) noexcept;

}  // namespace mastic::threads
