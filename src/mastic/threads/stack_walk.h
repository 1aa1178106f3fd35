// The stack that a signal has interrupted, as its handler sees it.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mastic::threads {

/// Addresses of calls, the innermost first. Each lies inside the instruction that calls, or is
/// interrupted, and not behind it.
struct RawStack {
  static constexpr std::size_t kMaxFrames = 128;
  std::array<std::uintptr_t, kMaxFrames> addresses{};
  std::size_t count = 0;
};

/// The stack of the calling thread; in a handler (`context` is its third argument) from where that
/// interrupted it. Takes no lock and no memory, once it was called outside of a handler.
void walk_stack(RawStack& stack, const void* context = nullptr) noexcept;

/// Where the thread was interrupted, and where its stack ended there.
[[nodiscard]] std::uintptr_t interrupted_address(const void* context) noexcept;
[[nodiscard]] std::uintptr_t interrupted_stack(const void* context) noexcept;

}  // namespace mastic::threads
